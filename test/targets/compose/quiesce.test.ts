import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCompose, WORK } from '../../support/open-targets.ts';

/**
 * A fake docker: a container is a file, named after its service, whose content is its state. `docker stop` leaves those
 * alone that a file `stubborn` names.
 */
const FAKE_DOCKER = `#!/bin/sh
cd "$FAKE_CONTAINERS" || exit 1
id() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \\n' | sed 's/$/000000000000/'; }
named() { for name in *; do [ "$(id "$name")" = "$1" ] && printf '%s' "$name"; done; }
case $1 in
  ps) for name in *; do id "$name"; echo; done;;
  inspect) shift 3; for one; do name=$(named "$one")
    printf '{"labels":{"com.docker.compose.service":"%s"},"fields":{"id":"%s","name":"%s","state":{"Status":"%s"},"restarts":0}}\\n' "$name" "$one" "$name" "$(cat "$name")"
  done;;
  stop) shift; for one; do name=$(named "$one"); grep -qx "$name" ../stubborn || echo exited > "$name"; done;;
  start) shift; for one; do echo running > "$(named "$one")"; done;;
esac
`;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'difyctl-test-'));
  await mkdir(path.join(folder, 'containers'));
  await mkdir(path.join(folder, 'bin'));
  await writeFile(path.join(folder, 'stubborn'), '');
  await writeFile(path.join(folder, 'bin/docker'), FAKE_DOCKER, { mode: 0o755 });
  for (const name of ['api', 'worker_large', 'web', 'db_postgres', 'plugin_daemon']) await set(name, 'running');
  await set('worker', 'exited');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const set = (name: string, state: string): Promise<void> => writeFile(path.join(folder, 'containers', name), state);

async function states(): Promise<readonly string[]> {
  const names = (await readdir(path.join(folder, 'containers'))).toSorted();
  return Promise.all(
    names.map(async (name) => `${name} ${(await readFile(path.join(folder, 'containers', name), 'utf8')).trim()}`),
  );
}

function open() {
  const env = { PATH: `${folder}/bin:/usr/bin:/bin`, FAKE_CONTAINERS: path.join(folder, 'containers') };
  return openCompose({ env }, folder);
}

const BEFORE = [
  'api running',
  'db_postgres running',
  'plugin_daemon running',
  'web running',
  'worker exited',
  'worker_large running',
];
const STOPPED = [
  'api exited',
  'db_postgres running',
  'plugin_daemon exited',
  'web running',
  'worker exited',
  'worker_large exited',
];

describe('the writers of a Compose project', () => {
  test('are stopped, and only those that ran are started by another run', async () => {
    expect(await open().stopWriters(WORK)).toEqual(['api', 'plugin_daemon', 'worker_large']);
    expect(await states()).toEqual(STOPPED);
    expect(await open().runningWriters(WORK.signal)).toEqual([]);
    expect(await open().startWriters(WORK)).toEqual(['api', 'plugin_daemon', 'worker_large']);
    expect(await states()).toEqual(BEFORE);
    expect(await open().startWriters(WORK)).toEqual([]);
  });

  test('are started even if a second run stopped containers that started in between', async () => {
    await open().stopWriters(WORK);
    await set('worker', 'running');
    expect(await open().stopWriters(WORK)).toEqual(['worker']);
    await open().startWriters(WORK);
    expect(await states()).toEqual(BEFORE.map((line) => (line === 'worker exited' ? 'worker running' : line)));
  });

  test('are named if docker stop succeeds and one still runs', async () => {
    await writeFile(path.join(folder, 'stubborn'), 'api\n');
    await expect(open().stopWriters(WORK)).rejects.toThrow(/^api still runs after docker stop$/);
    expect(await open().startWriters(WORK)).toEqual(['api', 'plugin_daemon', 'worker_large']);
    expect(await states()).toEqual(BEFORE);
  });

  test('have a record that a newer difyctl or something else wrote, which is refused and kept', async () => {
    const file = path.join(folder, '.difyctl/stopped.json');
    await mkdir(path.dirname(file));
    await writeFile(file, '{"kind":"StoppedWriters","version":2,"difyctl":"9.0.0","containers":[]}');
    await expect(open().startWriters(WORK)).rejects.toThrow('was written by a newer difyctl');
    await writeFile(file, '[]');
    await expect(open().startWriters(WORK)).rejects.toThrow('is not a document of kind StoppedWriters');
    expect(await readFile(file, 'utf8')).toBe('[]');
  });
});
