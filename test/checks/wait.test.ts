import { expect, it } from 'vitest';
import type { CheckResult, Status } from '../../src/checks/check.ts';
import { type CheckRun, summarize } from '../../src/checks/engine.ts';
import { waitForChecks } from '../../src/checks/wait.ts';

function result(id: string, status: Status): CheckResult {
  const words = { observed: '', expected: '', message: `${id} is ${status}`, remedy: '' };
  return { id, subject: 'redis', severity: 'error', status, durationMs: 0, ...words };
}

/** A run at this minute; its evidence carries the same. */
function runOf(minute: number, statuses: Readonly<Record<string, Status>>): CheckRun {
  const checks = Object.entries(statuses).map(([id, status]) => result(id, status));
  const time = `2026-11-22T12:0${minute}:00.000Z`;
  const frame = { apiVersion: '', kind: 'CheckReport' as const, difyctl: '', deployment: 'dify', location: '' };
  const about = { tier: 'prod' as const, target: 'kubernetes' as const, phase: 'preflight' as const, durationMs: 5 };
  const evidence = checks.map(({ id }) => ({
    ...{ key: id, version: 1, collectedAt: time, from: 'local' as const, outcome: 'ok' as const, durationMs: 1 },
  }));
  return { report: { ...frame, ...about, time, summary: summarize(checks), checks }, evidence, notes: [] };
}

/** Waits on a clock that only pauses move; each later round gives the next of `later`. */
async function wait(first: CheckRun, later: readonly CheckRun[], limitMs: number, fixed: readonly string[] = []) {
  let now = 1_000;
  const asked: (readonly string[])[] = [];
  const said: [readonly string[], number][] = [];
  const rounds = [...later];
  const run = await waitForChecks(first, {
    limitMs,
    again: async (ids) => {
      asked.push(ids);
      return rounds.shift() ?? first;
    },
    canChange: (id) => !fixed.includes(id),
    clock: () => now,
    pause: async (ms) => {
      now += ms;
    },
    onWait: (ids, leftMs) => said.push([ids, leftMs]),
  });
  return { run, asked, said };
}

it('re-checks only what fails, until it passes', async () => {
  const first = runOf(0, { 'redis.a': 'fail', 'redis.b': 'unknown', 'redis.c': 'warn', 'redis.d': 'pass' });
  const later = [runOf(1, { 'redis.a': 'pass', 'redis.b': 'unknown' }), runOf(2, { 'redis.b': 'pass' })];
  const { run, asked, said } = await wait(first, later, 600_000);
  expect(asked).toEqual([['redis.a', 'redis.b'], ['redis.b']]);
  expect(said).toEqual([
    [['redis.a', 'redis.b'], 600_000],
    [['redis.b'], 590_000],
  ]);
  expect(run.report.checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'redis.a pass',
    'redis.b pass',
    'redis.c warn',
    'redis.d pass',
  ]);
  expect(run.report).toMatchObject({
    time: '2026-11-22T12:02:00.000Z',
    summary: { pass: 3, warn: 1, fail: 0, unknown: 0 },
    waited: { ms: 20_000, rounds: 2, endedBy: 'passed' },
  });
  const collected = run.evidence.map(({ key, collectedAt }) => `${key} ${collectedAt.slice(14, 16)}`).sort();
  expect(collected).toEqual(['redis.a 01', 'redis.b 02', 'redis.c 00', 'redis.d 00']);
});

it.each<[string, Status, readonly string[], object]>([
  ['nothing fails', 'pass', [], { ms: 0, rounds: 0, endedBy: 'passed' }],
  ['the time limit is reached', 'fail', [], { ms: 25_000, rounds: 3, endedBy: 'timeout' }],
  ['waiting cannot change it', 'fail', ['redis.a'], { ms: 0, rounds: 0, endedBy: 'unrecoverable' }],
])('ends if %s', async (_, status, fixed, waited) => {
  const { run } = await wait(runOf(0, { 'redis.a': status }), [], 25_000, fixed);
  expect(run.report.waited).toEqual(waited);
  expect(run.report.checks[0]?.status).toBe(status);
});
