import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { endChildren } from '../../../src/state/lock/children.ts';
import { identify, isAlive } from '../../../src/state/lock/process.ts';
import { RUN_VARIABLE } from '../../../src/state/lock/record.ts';
import { newRunId, ownRecord } from '../../../src/state/lock/self.ts';

const { signal } = new AbortController();
const NOW = new Date('2026-11-22T12:00:00Z');

/** A process that would run on for a minute, with these variables. */
function longRunning(env: Record<string, string>) {
  return spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { env, stdio: 'ignore' });
}

test('what a dead run started is ended: by its mark, or because the lock names it', async () => {
  const run = newRunId();
  const marked = longRunning({ [RUN_VARIABLE]: run });
  const noted = longRunning({});
  const stranger = longRunning({ [RUN_VARIABLE]: newRunId() });
  const ended = [once(marked, 'exit'), once(noted, 'exit')];
  const child = await identify(noted.pid ?? 0);
  if (child === undefined) throw new Error('it did not start');
  const dead = { ...(await ownRecord(run, NOW)), children: [{ program: 'helm', ...child }] };

  const said = await endChildren(dead, signal);
  await Promise.all(ended);
  expect(said).toContain(`helm (process ${noted.pid}) of the dead run was ended`);
  expect(said).toHaveLength(2);
  expect(stranger.exitCode).toBeNull();
  expect(await isAlive({ pid: stranger.pid ?? 0, startTime: '' })).toBe(true);
  stranger.kill();
});

test('a process that got the number of one that is gone is left alone', async () => {
  const other = longRunning({});
  const dead = {
    ...(await ownRecord(newRunId(), NOW)),
    children: [{ program: 'helm', pid: other.pid ?? 0, startTime: '1' }],
  };
  expect(await endChildren(dead, signal)).toEqual([]);
  expect(other.exitCode).toBeNull();
  other.kill();
});

test('nothing is done about a run of another machine', async () => {
  const run = newRunId();
  const marked = longRunning({ [RUN_VARIABLE]: run });
  expect(await endChildren({ ...(await ownRecord(run, NOW)), space: 'another machine' }, signal)).toEqual([]);
  expect(marked.exitCode).toBeNull();
  marked.kill();
});
