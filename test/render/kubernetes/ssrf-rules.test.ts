import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { isGuarded } from '../../../src/render/squid-config.ts';
import { kubernetesDeployment, rendered } from './support/rendering.ts';

interface Block {
  readonly extraEnv: readonly { readonly name: string; readonly value?: string }[];
  readonly extraVolumes?: readonly JsonObject[];
  readonly extraVolumeMounts?: readonly JsonObject[];
}

const set = rendered(kubernetesDeployment());
const block = (name: string): Block => set.values[name] as unknown as Block;
const variable = (name: string, key: string) => block(name).extraEnv.find((one) => one.name === key)?.value;

describe("the chart's squid", () => {
  test('has rules that deny private addresses before they allow any request', () => {
    const rules = set.secret.data['ssrf-proxy-rules.conf'] ?? '';
    expect(rules.split('\n').filter((line) => line.startsWith('http_access'))).toEqual([
      'http_access deny private',
      'http_access allow all',
    ]);
    expect(rules).toContain('acl private dst 169.254.0.0/16');
    expect(block('ssrfProxy').extraVolumes).toEqual([
      {
        name: 'difyctl-ssrf-rules',
        secret: { secretName: set.secret.name, items: [{ key: 'ssrf-proxy-rules.conf', path: 'difyctl.conf' }] },
      },
    ]);
    expect(block('ssrfProxy').extraVolumeMounts).toEqual([
      { name: 'difyctl-ssrf-rules', mountPath: '/etc/squid/conf.d', readOnly: true },
    ]);
  });

  test('is the proxy of the worker and the agent’s shell; the shell reaches api and stub directly', () => {
    const proxy = 'http://dify-ssrf-proxy:3128';
    expect(variable('worker', 'SSRF_PROXY_HTTP_URL')).toBe(proxy);
    expect(variable('localSandbox', 'HTTP_PROXY')).toBe(proxy);
    expect(variable('localSandbox', 'NO_PROXY')).toBe('localhost,127.0.0.1,dify-api,dify-agent-backend');
  });

  test('has no rules if it is off, and no component uses it', () => {
    const off = rendered(kubernetesDeployment({ components: { ssrfProxy: { enabled: false } } }));
    expect(off.secret.data['ssrf-proxy-rules.conf']).toBeUndefined();
    expect(JSON.stringify(off.values.localSandbox)).not.toContain('HTTP_PROXY');
  });
});

test.each([
  ['denies first', 'http_access deny private\nhttp_access allow all', true],
  ['allows first', 'http_access allow all\nhttp_access deny private', false],
  ['denies nothing', 'http_access allow all', false],
  ['is empty', '', false],
])('a configuration that %s', (_, config, guarded) => {
  expect(isGuarded(config)).toBe(guarded);
});
