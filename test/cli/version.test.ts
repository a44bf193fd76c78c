import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { DIFYCTL_VERSION } from '../../src/base/version.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const OWN = `${DIFYCTL_VERSION} (installer), node ${process.versions.node}, ${process.platform} ${process.arch}`;
const COMPOSE = 'apiVersion: difyctl/v1\nname: lab\ntier: test\ntarget: { type: compose, directory: ./lab }\n';
const KUBERNETES = `apiVersion: difyctl/v1
name: lab
tier: test
target: { type: kubernetes, namespace: lab, context: prod-eu }
urls: { console: "http://a.test", api: "http://a.test", app: "http://a.test", files: "http://a.test" }
`;
const PROGRAMS = {
  kubectl: `case "$*" in
*--client*) printf '{"clientVersion":{"gitVersion":"v1.34.2"}}' ;;
'--context prod-eu '*' version -o json') printf '{"serverVersion":{"gitVersion":"v1.33.1+k3s1"}}' ;;
*'version -o json') echo 'The connection to the server 10.0.0.1:6443 was refused' >&2; exit 1 ;;
*) printf '{"items":[]}' ;;
esac`,
  helm: "printf 'v4.0.1'",
  docker: `case "$*" in
--version) echo 'Docker version 29.0.2, build 8108357' ;;
*compose*version*) echo 2.40.3 ;;
'version --format'*) echo 28.5.1 ;;
esac`,
};

async function programs(...names: readonly (keyof typeof PROGRAMS)[]): Promise<string> {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  for (const name of names) {
    await writeFile(join(bin, name), `#!/bin/sh\n${PROGRAMS[name]}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

const run = async (bin: string, ...words: readonly string[]) =>
  runCli(['version', ...words], { cwd: folder.path, env: { PATH: bin, HOME: folder.path } });

describe('difyctl version', () => {
  beforeEach(async () => {
    await writeFile(join(folder.path, 'compose.yaml'), COMPOSE);
    await writeFile(join(folder.path, 'kubernetes.yaml'), KUBERNETES);
  });

  test('names the programs, the cluster of the file, and that nothing is installed', async () => {
    const bin = await programs('kubectl', 'helm', 'docker');
    expect(await run(bin, '-c', 'kubernetes.yaml')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        `difyctl   ${OWN}`,
        'kubectl   1.34.2',
        'helm      4.0.1',
        'docker    29.0.2',
        'compose   2.40.3',
        'cluster   1.33.1+k3s1',
        'release   lab: not found: no installed revision is recorded',
        '',
      ].join('\n'),
    });
  });

  test('names each missing part, and succeeds', async () => {
    const { code, stdout, stderr } = await run(await programs('kubectl'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n').map((line) => line.trimEnd());
    expect(lines.slice(0, 2)).toEqual([`difyctl   ${OWN}`, 'kubectl   1.34.2']);
    expect(stdout).toMatch(/^helm {6}not found: helm was not found on PATH/m);
    expect(stdout).toMatch(/^docker {4}not found: docker was not found on PATH/m);
    expect(stdout).toMatch(/^compose {3}not found: docker was not found on PATH/m);
    expect(stdout).toMatch(/^cluster {3}not found: \S/m);
    expect(stdout.replaceAll(/\n {10}/g, ' ')).toContain(
      `release   not found: ${folder.path}/difyctl.yaml does not exist`,
    );
  });

  test('reports the error of a file, and continues', async () => {
    await writeFile(join(folder.path, 'difyctl.yaml'), 'tier: prd\n');
    const { code, stdout } = await run(await programs('kubectl'), '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ release: { missing: expect.stringContaining('difyctl.yaml has') } });
  });

  test('is one document, with the engine and what is installed on Compose', async () => {
    const revision = {
      ...{ apiVersion: 'difyctl/v1', kind: 'Revision', version: 1, deployment: 'lab', number: 3, difyctl: '0.1.0' },
      ...{ startedAt: '2026-11-22T12:00:00.000Z', by: 'ops@host', phase: 'closed', outcome: 'applied' },
      ...{ file: { version: '1.16.1' }, files: [], planDigest: 'x', secretKeys: {} },
    };
    const revisions = join(folder.path, 'lab/.difyctl/revisions');
    await mkdir(revisions, { recursive: true, mode: 0o700 });
    await writeFile(join(revisions, '3.json'), JSON.stringify(revision), { mode: 0o600 });
    const { code, stdout } = await run(await programs('docker'), '-c', 'compose.yaml', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ...{ apiVersion: 'difyctl/v1', kind: 'Version', program: 'installer', difyctl: DIFYCTL_VERSION },
      time: '2026-11-22T12:00:00.000Z',
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      tools: {
        kubectl: { missing: expect.stringContaining('not found on PATH') },
        helm: { missing: expect.stringContaining('not found on PATH') },
        docker: { version: '29.0.2' },
        compose: { version: '2.40.3' },
      },
      server: { kind: 'engine', version: '28.5.1' },
      release: { name: 'lab', revision: 3, dify: '1.16.1' },
    });
  });
});
