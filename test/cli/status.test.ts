import { describe, expect, test } from 'vitest';
import { ExternalError, Interrupted } from '../../src/base/errors.ts';
import { revisionLine } from '../../src/cli/commands/history.ts';
import { nextStep } from '../../src/cli/commands/status.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { type StatusView, statusText } from '../../src/cli/output/status-text.ts';
import { watchStatus } from '../../src/cli/output/status-watch.ts';
import type { Revision } from '../../src/state/revisions/revision.ts';
import type { InstalledRelease } from '../../src/targets/target.ts';
import { runCli } from '../support/cli.ts';

const worker = { name: 'dify-worker', desired: 3, restarts: 0, detail: '', simulated: false };
const live = (over: Partial<InstalledRelease> = {}): InstalledRelease => ({
  exists: true,
  status: 'deployed',
  revision: 1,
  workloads: [{ ...worker, ready: 3 }],
  drift: [],
  ...over,
});
const SCALED = {
  kind: 'Deployment',
  name: 'dify-worker',
  change: 'changed',
  path: 'spec.replicas',
  was: '3',
  is: '1',
} as const;
const late = live({ workloads: [{ ...worker, ready: 1 }] });

test.each([
  ['kubernetes', live({ exists: false }), undefined, /^difyctl install$/],
  ['kubernetes', live({ status: 'pending-upgrade' }), 'open', /run difyctl install to recover/],
  ['kubernetes', late, 'applied', /^kubectl describe and kubectl logs of dify-worker; then run difyctl install$/],
  ['compose', late, 'applied', /^docker compose logs dify-worker; then run difyctl install$/],
  ['kubernetes', { ...late, drift: [SCALED] }, 'applied', /^run difyctl install to undo these changes/],
  ['kubernetes', live(), 'rolled-back', /rolled back: fix it/],
  ['kubernetes', live(), 'interrupted', /run difyctl install to resume/],
  ['compose', live(), 'applied', /^run difyctl plan/],
  ['compose', live(), undefined, /^run difyctl plan/],
] as const)('on %s, %j with revision %s: the next step', (target, release, outcome, step) => {
  expect(nextStep(target, release, outcome === undefined ? undefined : { outcome })).toMatch(step);
});

const NOW = new Date('2026-11-22T12:00:00Z');
const style = { color: false, unicode: true, width: 80 };
const revision = {
  ...{
    number: 3,
    outcome: 'applied',
    startedAt: '2026-11-22T09:00:00Z',
    endedAt: '2026-11-22T09:05:00Z',
    by: 'ops@vm',
  },
  ...{ file: { version: '1.16.1' }, chart: { name: 'dify', version: '0.38.0', appVersion: '1.16.1' } },
} as unknown as Revision;
const view: StatusView = {
  ...{ name: 'dify', address: 'https://dify.example.com', release: live(), revision, next: 'difyctl plan' },
  versions: { revision: 3, dify: '1.16.1', chart: '0.38.0' },
};
const TEXT = [
  '  dify   deployed, release revision 1',
  '  address     https://dify.example.com',
  '  versions    Dify 1.16.1, chart 0.38.0',
  '  revision    3, applied, 2h ago (2026-11-22T09:05:00Z), ops@vm',
  '  ✔ dify-worker  3/3',
  '  → difyctl plan',
  '',
];

test('the status says address, versions and age', () => {
  expect(statusText(view, NOW, style)).toBe(TEXT.join('\n'));
});

test.each([
  ['2026-11-22T12:00:00Z', 'just now'],
  ['2026-11-22T11:59:00Z', '1m ago'],
  ['2026-11-20T11:00:00Z', '2d ago'],
  ['2026-11-23T11:00:00Z', 'just now'],
  ['no time', 'just now'],
])('a revision of %s is of %s', (endedAt, age) => {
  expect(statusText({ ...view, revision: { ...revision, endedAt } }, NOW, style)).toContain(`, ${age} (`);
});

describe('--watch', () => {
  /** Looks as often as there are answers, then Ctrl-C. */
  async function watched(terminal: boolean, rows: number, answers: readonly (StatusView | Error)[]) {
    const stop = new AbortController();
    let looks = 0;
    let written = '';
    let drawn = '';
    const context = {
      now: () => NOW,
      signal: stop.signal,
      terminal: { stdoutIsTerminal: terminal, stderrIsTerminal: terminal },
      streams: { stderr: { rows } },
      stdout: { write: (text: string) => (written += text) },
      draw: (text: string) => (drawn += text),
    } as unknown as CommandContext;
    const ended = watchStatus(context, style, {
      look: async () => {
        const answer = answers[looks++];
        if (answer === undefined || answer instanceof Error) throw answer;
        return answer;
      },
      pause: async () => {
        if (looks < answers.length) return;
        stop.abort();
        throw new Error('aborted');
      },
    });
    return { thrown: await ended.catch((error: unknown) => error), written, drawn };
  }
  const away = new ExternalError('the API server does not answer');

  test('draws over a terminal until Ctrl-C', async () => {
    const { thrown, written, drawn } = await watched(true, 24, [view, away]);
    expect(thrown).toBeInstanceOf(Interrupted);
    expect(written).toBe('');
    const head = '  2026-11-22T12:00:00.000Z   every 2 s, Ctrl-C ends';
    const picture = (...lines: readonly string[]) =>
      `\u001b[H${[head, ...lines].map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`;
    expect(drawn).toBe(`\u001b[2J${picture(...TEXT.slice(0, -1))}${picture('  ! the API server does not answer')}`);
  });

  test('draws no more than the screen holds', async () => {
    const { drawn } = await watched(true, 4, [view]);
    expect(drawn.split('\n')).toHaveLength(4);
  });

  test('writes elsewhere what has changed', async () => {
    const other = { ...view, next: 'difyctl install' };
    const { thrown, written } = await watched(false, 24, [view, view, other]);
    expect(thrown).toBeInstanceOf(Interrupted);
    const head = '  2026-11-22T12:00:00.000Z\n';
    expect(written).toBe(
      `${head}${TEXT.join('\n')}${head}${TEXT.join('\n').replace('difyctl plan', 'difyctl install')}`,
    );
  });

  test('ends with what the first look fails at', async () => {
    expect(await watched(false, 24, [away])).toEqual({ thrown: away, written: '', drawn: '' });
  });

  test('is for people', async () => {
    const run = await runCli(['status', '--watch', '-o', 'json']);
    expect(run.code).toBe(2);
    expect(run.stdout).toContain('--watch writes text');
  });
});

test.each<[string, Partial<Revision>, string]>([
  ['says what changed', { changes: { created: 34, changed: 0, deleted: 1 } }, '  34 created, 1 deleted'],
  [
    'says what was upgraded',
    { changes: { created: 0, changed: 9, deleted: 0 }, upgrade: [{ what: 'Dify', from: '1.16.0', to: '1.16.1' }] },
    '  Dify 1.16.0 → 1.16.1  9 changed',
  ],
  ['says that nothing did', { changes: { created: 0, changed: 0, deleted: 0 } }, '  no object changed'],
  ['of an older difyctl does not say', {}, ''],
])('a row of the history %s', (_title, over, words) => {
  expect(revisionLine({ ...revision, ...over }, style)).toBe(
    `    3  2026-11-22T09:00:00Z  applied  ops@vm  chart 0.38.0${words}\n`,
  );
});
