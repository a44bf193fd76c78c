import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Tier } from '../../src/checklist/tiers.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import type { Runner } from '../../src/exec/runner.ts';
import { install } from '../../src/operations/install.ts';
import type { InstallOptions } from '../../src/operations/options.ts';
import type { RenderedDeployment } from '../../src/operations/prepare.ts';
import type { InstallReport } from '../../src/operations/report.ts';
import { appliedSet, readWorkingTree } from '../../src/operations/working-tree/read.ts';
import { pushWords, treeDivergence, treeState, treeWords } from '../../src/recovery/working-tree.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { temporaryFolder } from '../support/folders.ts';
import { installOptions, preparedIn, withFiles } from '../support/install-options.ts';
import { type MemoryTarget, memoryTarget } from '../support/memory-target.ts';

/** Installs into a target in memory, with a working tree of the real git. */
const folder = temporaryFolder();
const signal = new AbortController().signal;

let runner: Runner;
let target: MemoryTarget;
let ops: string;
beforeEach(async () => {
  const env = { PATH: process.env.PATH, HOME: folder.path, GIT_CONFIG_NOSYSTEM: '1' };
  runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
  target = memoryTarget();
  ops = join(folder.path, 'ops');
  await mkdir(ops);
  await git(folder.path, 'init', '--quiet', '--bare', '--initial-branch=main', 'origin');
  await git(ops, 'init', '--quiet', '--initial-branch=main');
  await writeFile(join(ops, 'difyctl.yaml'), 'name: dify\n');
  await commit('Begin', 'difyctl.yaml');
  await git(ops, 'remote', 'add', 'origin', join(folder.path, 'origin'));
  await git(ops, 'push', '--quiet', '-u', 'origin', 'main');
});

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const who = ['-c', 'user.name=Op', '-c', 'user.email=op@example.com'];
  return (await runner.run('git', [...who, ...args], { cwd })).stdout.trim();
}

async function commit(message: string, ...paths: readonly string[]): Promise<void> {
  await git(ops, 'add', '--', ...paths);
  await git(ops, 'commit', '--quiet', '-m', message);
}

interface Scene {
  readonly tier?: Tier;
  readonly workingTree?: string;
  readonly file?: string;
  readonly files?: RenderedDeployment['rendered']['value']['files'];
}

function scene({
  tier = 'prod',
  workingTree = '.',
  file = join(ops, 'difyctl.yaml'),
  files,
}: Scene = {}): RenderedDeployment {
  const healthy = sampleDeployment('prod-kubernetes-s3-qdrant');
  const recovery = { ...healthy.recovery, configuration: { workingTree } } as typeof healthy.recovery;
  const prepared = preparedIn(ops, { deployment: { ...healthy, tier, recovery }, runner, file });
  const required = [
    { path: 'secrets.secretKey', ref: { generated: true }, form: 'token', protectsData: true },
  ] as const;
  return { ...prepared, required, ...(files === undefined ? {} : { rendered: withFiles(prepared, files) }) };
}

interface Run extends Scene, Partial<Pick<InstallOptions, 'dryRun' | 'commits'>> {}

async function run({
  dryRun = false,
  commits = true,
  ...how
}: Run = {}): Promise<InstallReport & { readonly notes: string[] }> {
  const notes: string[] = [];
  const prepared = scene(how);
  const onProgress: InstallOptions['onProgress'] = (event) => void (event.type === 'note' && notes.push(event.text));
  const report = await install(installOptions(target, { prepared, dryRun, commits, onProgress }));
  return { ...report, notes };
}

async function status() {
  const tree = await readWorkingTree(scene(), signal);
  if (tree === undefined || 'reason' in tree) throw new Error('no working tree');
  const applied = appliedSet([...target.kept.values()]);
  return { state: treeState(tree, applied), words: treeWords(tree, applied), push: pushWords(tree), tree };
}

const OWN = [
  'difyctl.yaml',
  'rendered/dify/.difyctl-files',
  'rendered/dify/.difyctl-revision',
  'rendered/dify/values.yaml',
];
const head = () => git(ops, 'rev-parse', 'HEAD');

describe('an install', () => {
  test('commits the file and the rendered set, and nothing else', async () => {
    await writeFile(join(ops, 'difyctl.yaml'), 'name: dify\nload: {}\n');
    await writeFile(join(ops, 'notes.txt'), 'staged by the operator\n');
    await git(ops, 'add', 'notes.txt');
    const report = await run();
    expect(report).toMatchObject({ outcome: 'applied', exitCode: 0, notes: [] });
    expect(report.commit).toEqual({ outcome: 'committed', workingTree: ops, files: OWN, commit: await head() });
    const digest = appliedSet([...target.kept.values()])?.digest;
    expect((await git(ops, 'log', '-1', '--format=%an <%ae>%n%B')).split('\n')).toEqual([
      'difyctl <difyctl@localhost>',
      'Record revision 1 of dify',
      '',
      'difyctl installed it: Dify 1.16.1.',
      '',
      'Difyctl-Deployment: dify',
      'Difyctl-Revision: 1',
      `Difyctl-Digest: sha256:${digest}`,
    ]);
    expect((await git(ops, 'show', '--format=', '--name-only')).split('\n')).toEqual(OWN);
    expect(await git(ops, 'status', '--porcelain')).toBe('A  notes.txt');
    expect(await status()).toMatchObject({
      state: 'recorded',
      words: `revision 1 (${(await head()).slice(0, 7)}) is committed`,
      push: '1 commit is not pushed to origin/main',
    });
  });

  test('commits nothing if nothing changed, and deletes files that the set no longer has', async () => {
    const old = { path: 'manifests/old.yaml', content: 'b: 1\n', mode: 0o644 } as const;
    const values = { path: 'values.yaml', content: 'a: 1\n', mode: 0o644 } as const;
    await run({ files: [values, old] });
    const first = await head();
    target.plans = [[]];
    expect((await run({ files: [values, old] })).commit).toMatchObject({ outcome: 'unchanged' });
    expect(await head()).toBe(first);
    target.plans = memoryTarget().plans;
    expect((await run({ files: [values] })).commit).toMatchObject({
      outcome: 'committed',
      files: [...OWN.slice(1, 3), 'rendered/dify/manifests/old.yaml'],
    });
    expect(await git(ops, 'ls-files', 'rendered/dify/manifests')).toBe('');
  });

  test('uses the identity of the operator, runs no hook, and ignores the repository of a hook that started it', async () => {
    await git(ops, 'config', 'user.name', 'Ada');
    await git(ops, 'config', 'user.email', 'ada@example.com');
    for (const hook of ['pre-commit', 'post-commit', 'prepare-commit-msg'])
      await writeFile(join(ops, '.git/hooks', hook), '#!/bin/sh\ntouch ran-a-hook\nexit 1\n', { mode: 0o755 });
    const env = { PATH: process.env.PATH, HOME: folder.path, GIT_DIR: join(folder.path, 'origin') };
    const ours = runner;
    runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
    expect((await run()).commit).toMatchObject({ outcome: 'committed' });
    runner = ours;
    expect(await git(ops, 'log', '-1', '--format=%an <%ae>')).toBe('Ada <ada@example.com>');
    expect(await git(ops, 'status', '--porcelain')).toBe('');
  });

  test('copies a file from outside the tree, and commits files that .gitignore names', async () => {
    const file = join(folder.path, 'difyctl.yaml');
    await writeFile(file, 'name: dify\nelsewhere: true\n');
    await writeFile(join(ops, '.gitignore'), '*.yaml\n');
    const report = await run({ file, workingTree: '../ops' });
    expect(report.commit?.files).toEqual([...OWN.slice(1), 'rendered/dify.yaml'].toSorted());
    expect(await readFile(join(ops, 'rendered/dify.yaml'), 'utf8')).toBe('name: dify\nelsewhere: true\n');
  });

  test('says in a dry run what it would commit, and writes nothing', async () => {
    await writeFile(join(ops, 'difyctl.yaml'), 'name: dify\nload: {}\n');
    const { commit: planned } = await run({ dryRun: true });
    expect(planned).toEqual({
      outcome: 'planned',
      workingTree: ops,
      files: ['difyctl.yaml', 'rendered/dify/values.yaml'],
    });
    expect(await git(ops, 'status', '--porcelain')).toBe('M difyctl.yaml');
  });

  test('is not committed with --no-commit, and the next run commits it', async () => {
    expect(await run({ commits: false })).toMatchObject({ outcome: 'applied', exitCode: 0 });
    expect(await status()).toMatchObject({ state: 'missing', words: 'revision 1 is not committed' });
    target.plans = [[]];
    expect(await run()).toMatchObject({ outcome: 'unchanged', commit: { outcome: 'committed' } });
    expect(await status()).toMatchObject({ state: 'recorded' });
  });

  test('succeeds with exit code 8 and the reason if the commit fails', async () => {
    await writeFile(join(ops, '.git/index.lock'), '');
    const failed = await run();
    expect(failed).toMatchObject({ outcome: 'applied', exitCode: 8, commit: { outcome: 'failed' } });
    expect(failed.commit).toMatchObject({
      reason: expect.stringMatching(/^git ended with exit code 128: .*index\.lock.*File exists/),
      next: 'difyctl install commits it',
    });
    await rm(join(ops, '.git/index.lock'));
    target.plans = [[]];
    expect(await run()).toMatchObject({ outcome: 'unchanged', exitCode: 0, commit: { outcome: 'committed' } });
  });

  test('does not commit a file that was edited meanwhile', async () => {
    target.applying = async () => {
      await writeFile(join(ops, 'difyctl.yaml'), 'name: dify\nversion: 2\n');
      return { outcome: 'applied', releaseRevision: 1 };
    };
    const before = await head();
    expect(await run()).toMatchObject({
      exitCode: 8,
      commit: { outcome: 'failed', reason: expect.stringContaining('difyctl.yaml was edited during the install') },
    });
    expect(await head()).toBe(before);
  });
});

describe('a tree that is not ready', () => {
  const STATES: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    [
      'with a merge',
      async () => {
        await git(ops, 'switch', '--quiet', '-c', 'other', 'HEAD');
        await writeFile(join(ops, 'other.txt'), '1');
        await commit('Other', 'other.txt');
        await git(ops, 'switch', '--quiet', 'main');
        await git(ops, 'merge', '--quiet', '--no-ff', '--no-commit', 'other');
      },
      'a merge in OPS is not finished; expected no operation in progress',
    ],
    [
      'with a detached HEAD',
      () => git(ops, 'switch', '--quiet', '--detach'),
      'HEAD of OPS is detached; expected a branch, so that the commit is kept',
    ],
    [
      'with a link',
      async () => {
        await mkdir(join(ops, 'rendered'));
        await symlink(folder.path, join(ops, 'rendered/dify'));
        await commit('Link', 'rendered/dify');
      },
      'OPS/rendered/dify is a symbolic link; expected a folder',
    ],
    [
      'with an edited file',
      async () => {
        await run();
        target = memoryTarget();
        await writeFile(join(ops, 'rendered/dify/values.yaml'), 'a: 2\n');
      },
      'OPS has changes of others that are not committed: rendered/dify/values.yaml; expected only files that difyctl wrote',
    ],
    [
      'in no repository',
      () => rm(join(ops, '.git'), { recursive: true }),
      'OPS is not in a Git working tree; expected a Git working tree',
    ],
  ];

  test.each(STATES)('%s is refused in prod before anything is changed', async (_, arrange, message) => {
    await arrange();
    await expect(run()).rejects.toMatchObject({
      message: `${message.replace('OPS', ops)}; nothing was changed`,
      exitCode: 2,
      next: [expect.any(String), 'or install without a commit: difyctl install --no-commit'],
    });
    expect(target.calls).toEqual([]);
    expect(await run({ commits: false })).toMatchObject({ outcome: 'applied', exitCode: 0 });
  });

  test.each(STATES)('%s is a warning in test, and nothing is committed', async (_, arrange, message) => {
    await arrange();
    const before = await git(ops, 'rev-parse', 'HEAD').catch(() => '');
    const observed = message.replace('OPS', ops);
    expect(await run({ tier: 'test' })).toMatchObject({
      outcome: 'applied',
      exitCode: 0,
      commit: { outcome: 'skipped', reason: observed },
      notes: [expect.stringContaining(observed)],
    });
    expect(await git(ops, 'rev-parse', 'HEAD').catch(() => '')).toBe(before);
  });

  test('that lacks commits of its upstream is refused in prod', async () => {
    const other = join(folder.path, 'other');
    await git(folder.path, 'clone', '--quiet', 'origin', 'other');
    await writeFile(join(other, 'theirs.txt'), '1');
    await git(other, 'add', 'theirs.txt');
    await git(other, 'commit', '--quiet', '-m', 'Theirs');
    await git(other, 'push', '--quiet');
    await git(ops, 'fetch', '--quiet');
    await expect(run()).rejects.toThrow(`main of ${ops} is 1 behind origin/main; expected every commit of origin/main`);
    await writeFile(join(ops, 'ours.txt'), '1');
    await commit('Ours', 'ours.txt');
    expect(treeDivergence((await status()).tree)?.observed).toBe(
      `main of ${ops} and origin/main have diverged: 1 ahead, 1 behind`,
    );
    expect(await run({ tier: 'test' })).toMatchObject({ exitCode: 0, commit: { outcome: 'committed' } });
  });

  test('a secret in a rendered file is never committed', async () => {
    const secret = scene().secrets.get('secrets.secretKey');
    const values = { path: 'values.yaml', content: `key: ${secret}\n`, mode: 0o644 } as const;
    await expect(run({ files: [values] })).rejects.toThrow(
      'rendered/dify/values.yaml contains the value of secrets.secretKey; expected no secret in a file that is committed',
    );
    expect(await run({ tier: 'test', files: [values] })).toMatchObject({ exitCode: 0, commit: { outcome: 'skipped' } });
    expect(await git(ops, 'status', '--porcelain')).toBe('');
  });

  test('a file of the set that holds secrets is left out', async () => {
    const files = [
      { path: 'compose.yaml', content: 'a: 1\n', mode: 0o644 },
      { path: '.env', content: `SECRET_KEY=${scene().secrets.get('secrets.secretKey')}\n`, mode: 0o600 },
    ] as const;
    expect((await run({ files })).commit?.files).toEqual([
      'rendered/dify/.difyctl-files',
      'rendered/dify/.difyctl-revision',
      'rendered/dify/compose.yaml',
    ]);
    expect(await status()).toMatchObject({ state: 'recorded' });
  });
});

test('the repository is compared with the newest revision and the files', async () => {
  await run();
  await git(ops, 'push', '--quiet');
  expect((await status()).push).toBe('pushed to origin/main');
  const first = (await head()).slice(0, 7);
  await writeFile(join(ops, 'difyctl.yaml'), 'name: dify\nload: {}\n');
  expect((await status()).words).toBe(`revision 1 (${first}) is committed; changed since: difyctl.yaml`);
  const files = [{ path: 'values.yaml', content: 'a: 3\n', mode: 0o644 }] as const;
  await run({ files, commits: false });
  expect((await status()).words).toBe(`revision 2 is not committed; the newest commit is of revision 1 (${first})`);
});
