import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { imageName, SERVICE_IMAGES } from '../../src/render/images.ts';
import { PLANTED, PLUGINS, STORAGE, useBackupScene } from '../support/backup-fixture.ts';
import { runCli } from '../support/cli.ts';
import { told } from '../support/compose-fixture.ts';
import type { Outcome } from '../support/difyctl.ts';
import { quickenKey } from '../support/quick-key.ts';
import { isThere } from '../support/recorder.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

const IMAGE = imageName(SERVICE_IMAGES.busybox, undefined);
const engine = useSharedDockerHost([IMAGE]);
const testbed = useBackupScene(() => engine.docker);

const WRITERS = ['api', 'api_websocket', 'plugin_daemon', 'worker', 'worker_beat', 'worker_large'];
const OTHERS = ['redis', 'web'];

const at = (...parts: readonly string[]): string => testbed.get().at(...parts);

async function docker(...args: readonly string[]): Promise<string> {
  const { docker: program, env } = engine.docker;
  return (await execa(program, args, { env: { ...env }, stdin: 'ignore', cwd: at('dify') })).stdout;
}

/** Services of the project that run, sorted. */
async function running(): Promise<readonly string[]> {
  const own = ['--filter', 'label=com.docker.compose.project=dify'];
  const names = await docker('ps', ...own, '--format', '{{.Label "com.docker.compose.service"}}');
  return names.split('\n').toSorted();
}

const ALL = [...WRITERS, ...OTHERS].toSorted();
const quiesce = ['backup', '--quiesce', '-o', 'json'] as const;

async function list(): Promise<readonly { readonly set: string; readonly quiesced: boolean }[]> {
  const { code, stdout, stderr } = await testbed.get().place.run('backup', 'list', '-o', 'json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).sets;
}

/** Lines of standard error, with `SET` in place of the id of a set. */
function linesOf({ stderr }: Pick<Outcome, 'stderr'>): readonly string[] {
  return stderr.replaceAll(/\bdify-\d{8}T\d{6}Z-[0-9a-f]{4}\b/g, 'SET').split('\n');
}

/** Whether everything runs and no record says otherwise. */
async function expectAllRuns(): Promise<void> {
  expect(await running()).toEqual(ALL);
  expect(await isThere(at('dify/.difyctl/stopped.json'))).toBe(false);
}

/** A project with the services of Dify, each of which only waits. */
beforeAll(async () => {
  await mkdir(at('dify'), { recursive: true });
  const service = { image: IMAGE, command: ['tail', '-f', '/dev/null'], stop_signal: 'SIGKILL' };
  const services = Object.fromEntries(ALL.map((name) => [name, service]));
  await writeFile(at('dify/compose.yaml'), stringify({ name: 'dify', services }));
  await docker('compose', '-p', 'dify', 'up', '--detach');
  const first = await testbed.get().place.run('backup');
  expect(first.code, told(first)).toBe(0);
  await quickenKey(at('repository'), PLANTED.repository);
});

describe('a backup with --quiesce', () => {
  test('copies while nothing that writes runs, and starts it again', async () => {
    const { recorder, place } = testbed.get();
    const held = await recorder.hold('^restic backup .*part=objects');
    const run = await place.start(...quiesce);
    await held.reached();
    expect(await running()).toEqual(OTHERS);
    await held.release();
    const ended = await run.outcome;
    expect(ended.code, told(ended)).toBe(0);
    expect(JSON.parse(ended.stdout).manifest).toMatchObject({ quiesced: true });
    await expectAllRuns();
    expect((await list()).map(({ quiesced }) => quiesced)).toEqual([false, true]);
  });

  test.each([
    ['before it stops anything', '^docker stop'],
    ['while it copies', '^restic backup .*part=objects'],
    ['before it starts it again', '^docker start'],
  ])('killed %s is started again by the next run', async (_, pattern) => {
    const { recorder, place, quiet } = testbed.get();
    const before = await list();
    const held = await recorder.hold(pattern);
    const run = await place.start(...quiesce);
    await held.reached();
    run.kill('SIGKILL');
    await run.outcome;
    await held.release();
    await quiet();
    expect(await list()).toEqual(before);
    const next = await place.run('backup', '-o', 'json');
    expect(next.code, told(next)).toBe(0);
    expect(linesOf(next).slice(0, 2)).toEqual([
      '  - started what an earlier run had stopped: api, api_websocket, plugin_daemon,',
      '    worker, worker_beat, worker_large',
    ]);
    expect(JSON.parse(next.stdout).manifest).toMatchObject({ quiesced: false });
    await expectAllRuns();
  });

  test('interrupted by Ctrl-C starts it again itself', async () => {
    const { recorder, place } = testbed.get();
    const before = await list();
    const held = await recorder.hold('^restic backup .*part=objects');
    const run = await place.start(...quiesce);
    await held.reached();
    run.kill('SIGINT');
    await held.release();
    const ended = await run.outcome;
    expect(ended.code, told(ended)).toBe(130);
    await expectAllRuns();
    expect(await list()).toEqual(before);
  });

  test('fails if a service runs again before the copy has ended', async () => {
    const { recorder, place } = testbed.get();
    const before = await list();
    const held = await recorder.hold('^restic backup .*part=objects');
    const run = await place.start('backup', '--quiesce');
    await held.reached();
    await docker('compose', '-p', 'dify', 'start', 'worker');
    await held.release();
    const ended = await run.outcome;
    expect(linesOf(ended)).toContain(
      '  x worker ran again while the set was made, and may have written; set SET has no manifest, so it does not exist',
    );
    expect(ended.code).toBe(4);
    await expectAllRuns();
    expect(await list()).toEqual(before);
  });

  test('fails if a service still runs although docker stop succeeded', async () => {
    const { place, recorder } = testbed.get();
    const lazy = at('lazy');
    await mkdir(lazy);
    const script = `#!/bin/sh\n[ "$1" = stop ] && exit 0\nexec ${recorder.folder}/docker "$@"\n`;
    await writeFile(path.join(lazy, 'docker'), script, { mode: 0o755 });
    const env = { ...place.env, PATH: `${lazy}:${place.env.PATH}` };
    const ended = await runCli(['backup', '--quiesce'], { cwd: place.folder, env });
    expect(linesOf(ended)).toContain(
      `  x ${WRITERS.join(', ')} still runs after docker stop; set SET has no manifest, so it does not exist`,
    );
    expect(ended.code).toBe(4);
    await expectAllRuns();
  });

  test('is refused for a project of another name, of which nothing runs', async () => {
    const { place } = testbed.get();
    await cp(at('.difyctl/dify/secrets.yaml'), at('.difyctl/other/secrets.yaml'), { recursive: true });
    for (const folder of [STORAGE, PLUGINS])
      await cp(at(folder), at(folder.replace('dify', 'other')), { recursive: true });
    const other = ['--set', 'name=other', '--set', 'target.directory=./other'];
    const ended = await place.run('backup', '--quiesce', ...other);
    expect(linesOf(ended)).toContain('  x no process of Dify that writes is running; expected api and worker');
    expect(ended.code).toBe(2);
    await expectAllRuns();
  });

  test('is refused if a newer difyctl recorded what it stopped', async () => {
    const { place } = testbed.get();
    await writeFile(at('dify/.difyctl/stopped.json'), '{"kind":"StoppedWriters","version":2,"difyctl":"9.0.0"}');
    const newer = await place.run('backup', '--quiesce');
    expect(newer.stderr).toContain('use difyctl 9.0.0 or newer');
    expect(newer.code).toBe(2);
    expect(await running()).toEqual(ALL);
    expect(await readFile(at('dify/.difyctl/stopped.json'), 'utf8')).toContain('9.0.0');
  });
});
