import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import {
  type ComposeFixture,
  createComposeFixture,
  formsOf,
  testComposeFile,
  told,
} from '../support/compose-fixture.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { openCompose, WORK } from '../support/open-targets.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

/**
 * A test installation from its first run to its removal, on a real engine. Each test continues from the one before it.
 */
const testbed = useSharedDockerHost(composeImages(), { startInterval: true });

let scene: ComposeFixture;
let place: TempWorkspace;
beforeAll(async () => {
  scene = await createComposeFixture(testbed.docker, {
    file: testComposeFile,
  });
  place = await scene.workplace();
});
afterAll(() => scene?.end());

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

/** A component told to fall over before its first health check, because it may be healthy once otherwise. */
const FAILING_WEB = ['--set', 'components.web.extraEnv={STAND_IN_FAIL: "exit 3 after 100ms"}'];

describe('an installation in test', () => {
  test('starts completely, passes postflight over HTTP, and reports its progress', async () => {
    const first = await place.run('install', '--tier', 'test', '--target', 'compose', '--yes', '-o', 'json');
    expect(first.code, told(first)).toBe(0);
    expect(report(first)).toMatchObject({ outcome: 'applied', revision: 1 });
    expect(report(first).postflight?.summary).toMatchObject({ fail: 0, unknown: 0 });
    const states = (await scene.containers()).map(({ state }) => state);
    expect([...new Set(states)].sort()).toEqual(['exited 0', 'running healthy']);
    expect(states).toHaveLength(17);
    const progress = first.stderr.split('\n').filter((line) => line.includes('services ready'));
    expect(progress.length).toBeGreaterThan(1);
    // One line for each service that got ready, at most.
    expect(progress.length).toBeLessThanOrEqual(18);
    expect(first.stderr).not.toMatch(/Creating|Starting|Healthy/);
    expect(await scene.leftovers()).toEqual([]);
  });

  test('shows no secret in any argument, inherited environment, output or other file, and protects its own files', async () => {
    const secrets = Object.values(await scene.secrets());
    expect(secrets.length).toBeGreaterThan(8);
    const status = await place.run('status', '-o', 'json');
    const calls = await scene.recorder.calls();
    expect(calls.some(({ args }) => args.includes('up'))).toBe(true);
    const files = await filesOf(scene.directory);
    const kept = await place.files();
    const outside = [
      ...calls.flatMap(({ args, env }) => [...args, ...Object.values(env)]),
      ...[status.stdout, status.stderr],
      ...[...files].filter(([path]) => path !== '.env').map(([, text]) => text),
      ...[...kept].filter(([path]) => !path.endsWith('secrets.yaml')).map(([, text]) => text),
    ].join('\n');
    for (const form of secrets.flatMap(formsOf)) expect(outside.includes(form), form).toBe(false);
    const guarded = [
      ...[...files.keys()]
        .filter((path) => path === '.env' || path.startsWith('.difyctl/'))
        .map((path) => join(scene.directory, path)),
      ...[...kept.keys()].filter((path) => path.includes('/.difyctl/dify/')),
    ];
    expect(guarded.length).toBeGreaterThan(4);
    for (const path of guarded) expect([path, (await stat(path)).mode & 0o777]).toEqual([path, 0o600]);
    expect((await stat(scene.directory)).mode & 0o777).toBe(0o700);
  });

  test('is not changed by a second run, nor by one from another folder without .difyctl', async () => {
    const before = await scene.containers();
    const again = await place.run('install', '--yes', '-o', 'json');
    expect(again.code, told(again)).toBe(0);
    expect(report(again)).toMatchObject({ outcome: 'unchanged', revision: 1, plan: { changes: [] } });
    expect(await place.run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
    const elsewhere = await scene.workplace();
    const other = await elsewhere.run('install', '--yes', '-o', 'json');
    expect(other.code, told(other)).toBe(0);
    expect(report(other)).toMatchObject({ outcome: 'unchanged', revision: 1 });
    expect((await scene.containers()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(await scene.revisions()).toEqual([1]);
  });

  test('shows its status', async () => {
    const status = await place.run('status', '-o', 'json');
    expect(status.code, told(status)).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ kind: 'Status' });
    expect((await place.run('status')).stdout).toMatch(/migration\s+1\/1/);
  });

  test('commits its configuration into a Git working tree without a secret, and status compares the two', async () => {
    const tree = join(place.folder, 'tree');
    const git = async (...args: readonly string[]) => (await execa('git', ['-C', tree, ...args])).stdout;
    await mkdir(tree);
    await git('init', '--quiet', '--initial-branch=main');
    const named = ['--set', 'recovery.configuration.workingTree=./tree'];
    const done = await place.run('install', '--yes', '-o', 'json', ...named);
    expect(done.code, told(done)).toBe(0);
    const { outcome, commit } = report(done);
    expect([outcome, commit?.outcome, commit?.commit]).toEqual([
      'unchanged',
      'committed',
      await git('rev-parse', 'HEAD'),
    ]);
    expect(await git('log', '-1', '--format=%s')).toBe('Record revision 1 of dify');
    const committed = (await git('ls-files')).split('\n');
    expect(committed).toEqual(expect.arrayContaining(['rendered/dify.yaml', 'rendered/dify/compose.yaml']));
    expect(committed).not.toContain('rendered/dify/.env');
    const shown = await git('show', '--format=%B');
    for (const form of Object.values(await scene.secrets()).flatMap(formsOf)) expect(shown).not.toContain(form);
    const status = await place.run('status', ...named);
    expect(status.stdout).toContain(
      `  git         revision 1 (${commit?.commit?.slice(0, 7)}) is committed; main follows no other branch\n`,
    );
  });

  test('shows the names of settings edited by hand before it overwrites them', async () => {
    const path = join(scene.directory, '.env');
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}LOG_LEVEL=planted-value\n`);
    const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json');
    expect(planned.code, told(planned)).toBe(7);
    expect(JSON.parse(planned.stdout).changes).toEqual([
      {
        action: 'change',
        kind: 'File',
        name: '.env',
        paths: ['LOG_LEVEL'],
        fields: [{ path: 'LOG_LEVEL', secret: true }],
      },
    ]);
    expect(planned.stdout).not.toContain('planted-value');
    const put = await place.run('install', '--yes', '-o', 'json');
    expect(put.code, told(put)).toBe(0);
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await scene.revisions()).toEqual([1, 2]);
  });

  test('a component that exits is named with its last log lines and rolled back by --atomic', async () => {
    const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json', ...FAILING_WEB);
    expect(planned.code, told(planned)).toBe(7);
    const failed = await place.run('install', '--yes', '--atomic', '-o', 'json', ...FAILING_WEB);
    expect(failed.code, told(failed)).toBe(4);
    const { outcome, failure } = report(failed);
    expect(outcome).toBe('rolled-back');
    expect(failure?.summary).toMatch(/^web/);
    expect(failure?.failures).toMatchObject([{ workload: 'web', reason: expect.stringContaining('restart') }]);
    expect(failure?.failures[0]?.logs.join('\n')).toContain('told to exit with code 3');
    expect(failure?.state).toContain('runs again from the previous files');
    const repaired = await place.run('install', '--yes', '-o', 'json');
    expect(repaired.code, told(repaired)).toBe(0);
    expect(await place.run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  });

  test('runs a command in a component, and gives the reason if it is refused', async () => {
    const target = openCompose(place, scene.directory);
    expect(await target.exec('worker', ['printenv', 'MODE'], WORK)).toBe('worker\n');
    await expect(target.exec('web', ['false'], WORK)).rejects.toThrow('exit code 1');
  });

  test('rolls back to a recorded revision, but not to one whose .env is missing', async () => {
    const target = openCompose(place, scene.directory);
    const changed = ['--set', 'components.web.replicas=2'];
    const scaled = await place.run('install', '--yes', ...changed);
    expect(scaled.code, told(scaled)).toBe(0);
    const replicas = async () => (await scene.containers()).filter(({ service }) => service === 'web').length;
    expect(await replicas()).toBe(2);
    const { revisions } = await target.revisions.read(WORK.signal);
    const [good, newest] = revisions.slice(-2);
    if (good === undefined || newest === undefined) throw new Error('two revisions are expected');
    expect(newest).toMatchObject({ outcome: 'applied', operation: 'install' });
    const { state } = await target.rollback(good, { ...WORK, applied: newest });
    expect(state).toBe('project dify runs again from the previous files');
    expect(await replicas()).toBe(1);

    const path = join(scene.directory, '.env');
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}LOG_LEVEL=DEBUG\n`);
    await expect(target.rollback(newest, { ...WORK, applied: good })).rejects.toThrow(
      `difyctl cannot roll back to revision ${newest.number}: .env has changed since`,
    );
    await writeFile(path, text);
    expect((await place.run('install', '--yes')).code).toBe(0);
  });

  test('is refused for another directory', async () => {
    const before = await scene.containers();
    const elsewhere = join(place.folder, 'other');
    const refused = await place.run('install', '--yes', '--set', `target.directory=${elsewhere}`);
    expect(refused.code, told(refused)).toBe(2);
    expect(refused.stderr).toContain(`already runs from ${scene.directory}`);
    expect(await scene.containers()).toEqual(before);
    await expect(stat(elsewhere)).rejects.toThrow('ENOENT');
  });

  test('keeps data and secrets when it is uninstalled, and uses them when it is installed again', async () => {
    const secrets = await scene.secrets();
    const older = ['preflight', '--only', 'release.version', '--set', 'version=1.16.0'];
    expect(await place.run(...older)).toMatchObject({ code: 3, stdout: expect.stringContaining('1.16.1 runs') });
    const removed = await place.run('uninstall', 'dify', '--yes');
    expect(removed.code, told(removed)).toBe(0);
    // Only the record is left, and nobody knows what became of the database.
    expect(await place.run(...older)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1.16.1 was installed'),
    });
    expect(removed.stdout).toContain('.env with its secrets');
    expect(await scene.containers()).toEqual([]);
    expect(await place.run('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('not installed') });
    await rm(join(place.folder, '.difyctl'), { recursive: true });
    const back = await place.run('install', '--yes', '-o', 'json');
    expect(back.code, told(back)).toBe(0);
    expect(await scene.secrets()).toEqual(secrets);
    expect(await scene.leftovers()).toEqual([]);
  });
});

/**
 * Text of every file that difyctl wrote below a project's directory, by its path there; containers' own data left out.
 */
async function filesOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('volumes/'));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(directory, path), 'utf8')] as const)),
  );
}
