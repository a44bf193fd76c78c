import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { endChildren } from '../../../src/state/lock/children.ts';
import { identify } from '../../../src/state/lock/process.ts';
import { RUN_VARIABLE } from '../../../src/state/lock/record.ts';
import { newRunId, ownMark, ownRecord } from '../../../src/state/lock/self.ts';

const { signal } = new AbortController();
const NOW = new Date('2026-11-22T12:00:00Z');

/** A process that would run on for a minute, with these variables. */
function longRunning(env: Record<string, string>) {
  return spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { env, stdio: 'ignore' });
}

/** The mark of a run whose process has died, and that of one which lives: this very process. */
const orphaned = (run: string): string => `${run} ${2 ** 22 - 3} 1`;
const tended = (run: string): string => ownMark(run);

/** Starts a program with this mark, and has those ended that a lock of that run would have us end. */
async function ended(run: string, mark: string | undefined, changes: object = {}) {
  const program = longRunning(mark === undefined ? {} : { [RUN_VARIABLE]: mark });
  const exit = once(program, 'exit');
  const child = await identify(program.pid ?? 0);
  if (child === undefined) throw new Error('it did not start');
  const record = { ...(await ownRecord(run, NOW)), children: [{ program: 'helm', ...child }], ...changes };
  const said = await endChildren(record, signal);
  if (said.length > 0) await exit;
  else program.kill();
  return { said, expected: [`helm (process ${program.pid}) of the crashed run was stopped`] };
}

test('processes of a dead run are ended: found by the mark in their environment', async () => {
  const run = newRunId();
  const { said, expected } = await ended(run, orphaned(run));
  expect(said).toEqual(expected);
});

test('a process that a dead run started last, which no lock names, is ended too', async () => {
  const run = newRunId();
  const { said } = await ended(run, orphaned(run), { children: [] });
  expect(said).toEqual([expect.stringMatching(/^a program \(process \d+\) of the crashed run was stopped$/)]);
});

describe('a forged lock ends nothing', () => {
  const run = newRunId();
  test.each<[string, string | undefined, object]>([
    ['that names a process without a mark', undefined, {}],
    ['that names a process of another run', orphaned(newRunId()), {}],
    ['that names a living run: its programs are not orphans', tended(run), {}],
    ['that names no run', ' 4194301 1', { run: '' }],
    ['of another machine', orphaned(run), { space: 'another machine' }],
    ['that names a run whose mark has no start time', `${run} 4194301 `, {}],
    ['that names a run whose mark has no process', `${run} 0 1`, {}],
    ['that names a program by its number alone', undefined, { children: [{ program: 'helm', pid: 1, startTime: '' }] }],
  ])('%s', async (_, mark, changes) => {
    expect((await ended(run, mark, changes)).said).toEqual([]);
  });
});
