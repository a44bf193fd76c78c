import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CHART } from '../support/chart.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

/** Output of a wrapper, a page of a proxy, or an incomplete answer. Each ends with exit code 0. */
const ANSWERS = {
  nothing: '',
  'a page of HTML': '<html><body>Sign in</body></html>',
  'a cut document': '{"items":[{"metadata":{"name":"x"',
  'a null': 'null',
  'lists where objects belong': '{"items":[null,7,"x",[]],"metadata":[],"contexts":7,"clusters":null}',
} as const;

const COMPOSE = 'apiVersion: difyctl/v1\nname: lab\ntier: test\ntarget: { type: compose }\n';
const KUBERNETES = `apiVersion: difyctl/v1
name: lab
tier: test
target: { type: kubernetes, namespace: lab, chart: { path: ${JSON.stringify(CHART)} } }
urls: { console: "http://a.test", api: "http://a.test", app: "http://a.test", files: "http://a.test" }
`;

const COMMANDS: readonly (readonly string[])[] = [
  ['preflight', '--only', 'tools.*,cluster.*,host.*,release.*,config.*'],
  ['plan'],
  ['status'],
  ['history'],
  ['postflight', '--only', 'app.*'],
  ['install', '--yes', '--only', 'tools.*', '--context', 'x'],
  ['uninstall', 'lab', '--yes'],
  ['render', '--out', 'rendered'],
];

beforeEach(async () => {
  await writeFile(join(folder.path, 'compose.yaml'), COMPOSE);
  await writeFile(join(folder.path, 'kubernetes.yaml'), KUBERNETES);
});

async function programs(text: string): Promise<string> {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  for (const name of ['kubectl', 'helm', 'docker']) {
    await writeFile(join(bin, name), `#!/bin/sh\ncat >/dev/null\nprintf '%s' '${text}'\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

describe.each(Object.entries(ANSWERS))('if kubectl, helm and docker print %s', (_title, text) => {
  test.each(['compose.yaml', 'kubernetes.yaml'])('no command reports a bug in difyctl: %s', async (file) => {
    const env = { PATH: `${await programs(text)}:/usr/bin:/bin`, HOME: folder.path };
    const runs = [];
    for (const words of COMMANDS) {
      const run = await runCli([...words, '-c', file, '--timeout', '2s'], { cwd: folder.path, env });
      runs.push({ words: words[0], ...run });
    }
    const bugs = runs.filter(({ code, stderr }) => code === 1 || stderr.includes('a bug in difyctl'));
    expect(bugs).toEqual([]);
  });
});
