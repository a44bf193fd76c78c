import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHART } from '../support/chart.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

/**
 * A kubectl whose API server answers twice with status 500, then as for an empty cluster. helm and docker know no
 * release and no project.
 */
const KUBECTL = `#!/bin/sh
case "$*" in
*--client*) printf '{"clientVersion":{"gitVersion":"v1.34.2"}}'; exit ;;
*proxy*) echo 'error: unknown command' >&2; exit 1 ;;
esac
echo x >> "$0.calls"
if [ "$(wc -l < "$0.calls")" -le 2 ]; then
  echo 'Error from server (InternalError): an error on the server ("") has prevented the request from succeeding' >&2
  exit 1
fi
case "$*" in
*--raw*/version*) printf '{"gitVersion":"v1.34.2"}' ;;
*jsonpath*) printf 'uid' ;;
*) printf '{"kind":"List","items":[],"metadata":{}}' ;;
esac
`;
const FILE = `apiVersion: difyctl/v1
name: lab
tier: test
target: { type: kubernetes, namespace: lab, context: prod-eu, chart: { path: ${CHART} } }
urls: { console: "http://a.test", api: "http://a.test", app: "http://a.test", files: "http://a.test" }
`;
const NOTE =
  '  ! the API server does not answer correctly, retrying for half a minute: Error from server (InternalError): an error on the server ("") has prevented the request from succeeding';

test.each([
  ['preflight without a file', ['preflight', '--tier', 'test', '--only', 'cluster.version']],
  ['preflight of a file', ['preflight', '-c', 'lab.yaml', '--only', 'cluster.version']],
  ['postflight', ['postflight', '-c', 'lab.yaml', '--only', 'app.workloads']],
  ['status', ['status', '-c', 'lab.yaml']],
  ['history', ['history', '-c', 'lab.yaml']],
])('%s waits for an API server that fails for a moment, and says so once on stderr', async (_, words) => {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  for (const [name, text] of Object.entries({ kubectl: KUBECTL, helm: "#!/bin/sh\nprintf '[]'\n" })) {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  await writeFile(join(folder.path, 'lab.yaml'), FILE);
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder.path };
  const { stderr, stdout } = await runCli(words, { cwd: folder.path, env });
  expect(stderr.split('\n').filter((line) => line.includes('API server'))).toEqual([NOTE]);
  expect(stdout).not.toContain('InternalError');
});

test('with --quiet it waits and says nothing', async () => {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'kubectl'), KUBECTL);
  await chmod(join(bin, 'kubectl'), 0o755);
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder.path };
  const words = ['preflight', '--tier', 'test', '--only', 'cluster.version', '--quiet'];
  expect((await runCli(words, { cwd: folder.path, env })).stderr).toBe('');
});
