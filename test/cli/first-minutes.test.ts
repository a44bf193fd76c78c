import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { refuseInapplicable } from '../../src/checks/applicable.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { confirm } from '../../src/cli/input/confirm.ts';
import { runCli } from '../support/cli.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const KUBERNETES = `apiVersion: difyctl/v1
name: lab
tier: test
target: { type: kubernetes, namespace: lab }
urls: { console: "http://a.test", api: "http://a.test", app: "http://a.test", files: "http://a.test" }
`;

const answers: string[] = [];
vi.mock('../../src/cli/input/line-prompt.ts', () => ({ askLine: async () => answers.shift() ?? '' }));

describe('without a file and without a terminal', () => {
  test.each([
    ['install', 'difyctl install'],
    ['secrets apply', 'difyctl secrets apply'],
    ['uninstall', 'difyctl uninstall'],
    ['plan', 'difyctl plan'],
    ['status', 'difyctl status'],
    ['validate', 'difyctl validate'],
    ['render --out x', 'difyctl render'],
  ])('%s names the missing file and how to create one', async (words) => {
    const run = await runCli(words.split(' '), { cwd: folder.path });
    const file = join(folder.path, 'difyctl.yaml');
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        `  x ${file} does not exist`,
        `     -> difyctl init --out ${file}`,
        '     -> or set --config to another file',
        '  exit 2',
        '',
      ].join('\n'),
    });
  });

  test.each([
    ['tset', '--tier tset: must be test or prod; did you mean test?', 'difyctl preflight --tier test'],
    ['staging', '--tier staging: must be test or prod', 'difyctl preflight --tier prod'],
  ])('preflight --tier %s says which tiers there are', async (tier, message, next) => {
    const run = await runCli(['preflight', '--tier', tier], { cwd: folder.path });
    expect(run).toEqual({ code: 2, stdout: '', stderr: `  x ${message}\n     -> ${next}\n  exit 2\n` });
  });
});

describe('an option without a value', () => {
  test.each([
    ['preflight --tier test --only', '--only is empty', 'difyctl checks lists the ids'],
    ['preflight --tier test --skip', '--skip is empty', 'difyctl checks lists the ids'],
    ['postflight --only', '--only is empty', 'difyctl checks lists the ids'],
    ['install --yes --skip', '--skip is empty', 'difyctl checks lists the ids'],
    ['preflight --tier test --report', '--report is empty', 'difyctl preflight --help'],
    ['preflight --tier test --save-evidence', '--save-evidence is empty', 'difyctl preflight --help'],
    ['preflight --tier test --from-evidence', '--from-evidence is empty', 'difyctl preflight --help'],
    ['render --out', '--out is empty', 'difyctl render --help'],
    ['init --non-interactive --out', '--out is empty', 'difyctl init --help'],
  ])('%s "" is refused, and nothing is run', async (words, message, next) => {
    const run = await runCli([...words.split(' '), ''], { cwd: folder.path });
    expect(run).toEqual({ code: 2, stdout: '', stderr: `  x ${message}\n     -> ${next}\n  exit 2\n` });
    expect(await readdir(folder.path)).toEqual([]);
  });

  test.each([[','], [' , ']])('a list of only commas, %j, is empty too', async (list) => {
    const run = await runCli(['preflight', '--tier', 'test', '--only', list], { cwd: folder.path });
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('--only is empty') });
  });

  test.each([
    ['--only', 'clustr.*', '--only: unknown check clustr.*'],
    ['--skip', 'postgres.tlss', '--skip: unknown check postgres.tlss; did you mean postgres.tls?'],
    ['--only', `cluster.${'*'.repeat(70_000)}`, '--only: unknown check'],
  ])('%s %s, which means no check, is refused', async (flag, pattern, message) => {
    const run = await runCli(['preflight', '--tier', 'test', flag, pattern], { cwd: folder.path });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

describe('a selection of only another phase', () => {
  test.each([
    ['preflight --tier test', 'app.*', 'postflight', "'app.*'"],
    ['preflight --tier test', 'config.tls,app.setup', 'postflight', 'app.setup'],
    ['postflight', 'tools', 'preflight', 'tools'],
  ])('%s --only %s runs nothing, and is refused', async (words, list, other, shown) => {
    const run = await runCli([...words.split(' '), '--only', list], { cwd: folder.path });
    const pattern = list.split(',').at(-1);
    const asked = words.split(' ')[0];
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: `  x --only ${pattern}: ${asked} has no such check, only ${other} has\n     -> difyctl ${other} --only ${shown}\n  exit 2\n`,
    });
  });
});

describe('a selection of checks that do not apply', () => {
  const COMPOSE = 'apiVersion: difyctl/v1\nname: lab\ntier: test\ntarget: { type: compose }\n';

  test.each([
    ['preflight', 'cluster.*', COMPOSE, 'lab (test, compose)'],
    ['preflight', 'host,host.memory', KUBERNETES, 'lab (test, kubernetes)'],
    ['postflight', 'names.certificate', COMPOSE, 'lab (test, compose)'],
    ['preflight --tier prod', 'host.*', undefined, 'the current cluster without a deployment file'],
    [
      'preflight --tier prod',
      'postgres.*',
      undefined,
      'the current cluster without a deployment file: needs a deployment file',
    ],
  ])('%s --only %s judges nothing, and is refused', async (words, list, file, what) => {
    if (file !== undefined) await writeFile(join(folder.path, 'difyctl.yaml'), file);
    const run = await runCli([...words.split(' '), '--only', list], { cwd: folder.path });
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: `  x --only ${list}: none of these checks applies to ${what}\n     -> difyctl checks lists every check; omit --only to run all checks that apply\n  exit 2\n`,
    });
  });

  test.each<[readonly string[]]>([[['cluster.*', 'tools']], [['host.*', 'app.drift']], [[]]])(
    'one check that applies is enough: %j',
    (only) => {
      const deployment = sampleDeployment('test-compose-bundled');
      expect(() =>
        refuseInapplicable(CHECKS, ['preflight', 'postflight'], only, { deployment, tier: 'test' }),
      ).not.toThrow();
    },
  );
});

test('--fail-on accepts only fail and warn', async () => {
  const run = await runCli(['preflight', '--tier', 'test', '--fail-on', 'warning'], { cwd: folder.path });
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(/--fail-on <status>.*fail, warn/);
});

describe('a question', () => {
  async function ask(...typed: readonly string[]): Promise<{ readonly agreed: boolean; readonly said: string }> {
    answers.splice(0, answers.length, ...typed);
    const said = new PassThrough();
    const context = { stderr: { write: (text: string) => void said.write(text) } } as CommandContext;
    const exhibits = [{ key: 'd', title: 'differences', text: () => 'the differences\n' }];
    const agreed = await confirm(context, 'Install dify?', exhibits);
    return { agreed, said: String(said.read() ?? '') };
  }
  const AGAIN = '  y, n and d are valid answers; nothing was changed yet\n';

  test.each<[readonly string[], boolean, string]>([
    [['y'], true, ''],
    [['YES'], true, ''],
    [['n'], false, ''],
    [['no'], false, ''],
    [[''], false, ''],
    [['yy', 'y'], true, AGAIN],
    [['ja', 'j', 'n'], false, AGAIN + AGAIN],
    [['d', 'y'], true, 'the differences\n'],
  ])('answered with %j', async (typed, agreed, said) => {
    expect(await ask(...typed)).toEqual({ agreed, said });
  });
});

describe('uninstall without an installation', () => {
  /** A cluster without release, revision and namespace; it writes down each call. */
  async function emptyCluster(): Promise<Record<string, string>> {
    const bin = join(folder.path, 'bin');
    await mkdir(bin);
    const kubectl = `#!/bin/sh
echo "kubectl $*" >> ${folder.path}/calls
case "$*" in
  *"config view --minify -o json"*) echo '{"current-context":"lab","clusters":[{"cluster":{"server":"https://a.test"}}],"contexts":[{"context":{"user":"me"}}]}';;
  *"-o json"*) echo '{"items":[]}';;
  *kube-system*) printf uid-1;;
esac
`;
    const helm = `#!/bin/sh
echo "helm $*" >> ${folder.path}/calls
echo 'Error: release: not found' >&2
exit 1
`;
    for (const [name, text] of Object.entries({ kubectl, helm })) {
      await writeFile(join(bin, name), text);
      await chmod(join(bin, name), 0o755);
    }
    await writeFile(join(folder.path, 'difyctl.yaml'), KUBERNETES);
    return { PATH: `${bin}:/usr/bin:/bin`, HOME: folder.path };
  }

  test('says so, and creates nothing', async () => {
    const env = await emptyCluster();
    const run = await runCli(['uninstall', 'lab', '--yes'], { cwd: folder.path, env });
    expect(run).toEqual({
      code: 0,
      stdout: '  lab is not installed in namespace lab: nothing was removed.\n',
      stderr: '',
    });
    const calls = await readFile(join(folder.path, 'calls'), 'utf8');
    expect(calls).not.toMatch(/create|apply|delete|replace|patch|uninstall/);
    expect(await readdir(folder.path)).toEqual(['bin', 'calls', 'difyctl.yaml']);
  });

  test('says so in JSON', async () => {
    const env = await emptyCluster();
    const run = await runCli(['uninstall', 'lab', '--yes', '-o', 'json'], { cwd: folder.path, env });
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'UninstallReport', removed: [], kept: [] });
  });
});
