import { expect, test } from 'vitest';
import { kubernetesDeployment, rendered } from '../render/kubernetes/support/rendering.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startSquid } from '../testbed/services/squid.ts';

const rules = rendered(kubernetesDeployment()).secret.data['ssrf-proxy-rules.conf'] ?? '';
const squid = useTestbed(
  () => startSquid(rules),
  (service) => service.stop(),
);

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://10.96.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://127.0.0.1/',
  'http://[::1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[fd00::1]/',
  'http://0x7f.0.0.1/',
])('a real squid with the rules of the chart refuses %s', async (url) => {
  expect(await squid.get().ask(url)).toBe(403);
});

test('a real squid accepts every other name: it does not resolve here, which is not a refusal', async () => {
  expect(await squid.get().ask('http://public.invalid/')).toBeGreaterThan(500);
});
