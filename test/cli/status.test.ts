import { describe, expect, test } from 'vitest';
import { NOT_NAMED } from '../../src/backup/drill/workflow/judge.ts';
import { ExternalError, Interrupted } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { revisionLine } from '../../src/cli/commands/history.ts';
import { nextStep } from '../../src/cli/commands/status.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { type ShownBackup, shownBackup } from '../../src/cli/output/status-backup.ts';
import type { ShownRehearsal } from '../../src/cli/output/status-rehearsal.ts';
import { type StatusView, statusText } from '../../src/cli/output/status-text.ts';
import type { ShownTree } from '../../src/cli/output/status-tree.ts';
import { watchStatus } from '../../src/cli/output/status-watch.ts';
import { openDeployment } from '../../src/operations/open-deployment.ts';
import { DRILL_KINDS } from '../../src/rehearsal/report.ts';
import type { Revision } from '../../src/state/revisions/revision.ts';
import type { InstalledRelease } from '../../src/targets/target.ts';
import { runCli } from '../support/cli.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { drillRecordOf, FULL, NO_MODEL } from '../support/drill-record.ts';

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
const UNREADY = { name: 'dify-difyctl-ab12', exists: true, ready: false, why: 'SecretSyncedError: denied' };
const late = live({ workloads: [{ ...worker, ready: 1 }] });

test.each([
  ['kubernetes', live({ exists: false }), undefined, /^difyctl install$/],
  ['kubernetes', live({ status: 'pending-upgrade' }), 'open', /run difyctl install to recover/],
  ['kubernetes', late, 'applied', /^kubectl describe and kubectl logs of dify-worker; then run difyctl install$/],
  ['compose', late, 'applied', /^docker compose logs dify-worker; then run difyctl install$/],
  ['kubernetes', { ...late, drift: [SCALED] }, 'applied', /^run difyctl install to undo these changes/],
  [
    'kubernetes',
    { ...live(), externalSecret: UNREADY },
    'applied',
    /^kubectl describe externalsecret dify-difyctl-ab12 /,
  ],
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
  rehearsal: undefined,
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

test('the status shows address, versions and age', () => {
  expect(statusText(view, NOW, style)).toBe(TEXT.join('\n'));
});

test('an ExternalSecret that is not Ready is shown with the reason', () => {
  const shown = statusText({ ...view, release: live({ externalSecret: UNREADY }) }, NOW, style);
  const line = '  ✖ ExternalSecret dify-difyctl-ab12 is not Ready: SecretSyncedError: denied';
  expect(shown).toBe([...TEXT.slice(0, 5), line, ...TEXT.slice(5)].join('\n'));
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

test.each([
  ['of the data', {}, 'passed, 1d ago, restored in 12m (dify-1)'],
  [
    'that ran a workflow',
    { full: FULL },
    'passed, 1d ago, restored in 12m, Dify started in 41s, a workflow succeeded (dify-1)',
  ],
  [
    'whose file names no workflow',
    { full: { ...FULL, workflow: NOT_NAMED } },
    'passed, 1d ago, restored in 12m, Dify started in 41s, no workflow was run (dify-1)',
  ],
  [
    'whose workflow failed',
    { full: NO_MODEL, outcome: 'fail' as const },
    'failed, 1d ago, workflow: app 8a8b2c1d ended as failed: no route (dify-1)',
  ],
])('the line of a drill %s', (_, facts, words) => {
  const lines = statusText({ ...view, drill: drillRecordOf(facts) }, NOW, style).split('\n');
  expect(lines.find((line) => line.startsWith('  drill'))).toBe(`  drill       ${words}`);
});

describe('the newest rehearsal', () => {
  const shown: ShownRehearsal = {
    ...{ at: '2026-11-22T11:57:00Z', verdict: 'pass', kinds: DRILL_KINDS, isInstalledSet: true, failures: [] },
    shape: { source: 'cluster', digest: 'd', nodes: 6, zones: 3, kubernetes: '1.36.3' },
    summary: { pass: 18, warn: 0, fail: 0, skip: 2 },
  };
  const failed: Partial<ShownRehearsal> = {
    ...{ verdict: 'fail', summary: { pass: 16, warn: 0, fail: 2, skip: 2 }, isInstalledSet: false },
    failures: ['sim-1', 'sim-2'].map((subject) => ({ kind: 'node-loss', subject, message: 'api: no node' })),
  };
  const partial: Partial<ShownRehearsal> = {
    ...{ verdict: 'warn', kinds: ['spread'], isInstalledSet: undefined },
    shape: { ...shown.shape, source: 'flags', nodes: 1, zones: 1 },
    summary: { pass: 0, warn: 1, fail: 0, skip: 0 },
  };

  test.each([
    ['passed', {}, ['18 drills passed, 3m ago (2026-11-22T11:57:00Z), 6 nodes', 'in 3 zones of the cluster']],
    [
      'failed, of other objects',
      failed,
      [
        '2 of 18 drills failed, 3m ago (2026-11-22T11:57:00Z), 6',
        'nodes in 3 zones of the cluster, of another rendered set',
        '✖ node-loss sim-1, node-loss sim-2',
      ],
    ],
    [
      'passed, on other nodes than today',
      { difference: 'the cluster now has 5 nodes in 3 zones' },
      [
        '18 drills passed, 3m ago (2026-11-22T11:57:00Z), 6 nodes',
        'in 3 zones of the cluster, the cluster now has 5 nodes',
        'in 3 zones',
      ],
    ],
    [
      'of some drills, before an install',
      partial,
      ['1 drill, 1 warning, 3m ago (2026-11-22T11:57:00Z), 1', 'node in 1 zone from --nodes, only spread'],
    ],
  ] as const)('that %s', (_, changes, words) => {
    const text = statusText({ ...view, rehearsal: { ...shown, ...changes } }, NOW, { ...style, width: 70 });
    const lines = text.split('\n').filter((line) => !TEXT.includes(line));
    const [first = '', ...more] = words;
    expect(lines).toEqual([`  rehearsal   ${first}`, ...more.map((line) => ' '.repeat(14) + line)]);
  });
});

describe('the newest backup set', () => {
  const newest = { set: 'dify-1', commonPoint: '2026-11-22T02:00:01.000Z', seconds: 300, bytes: 3 * 2 ** 30 };

  test.each<[string, ShownBackup, string]>([
    [
      'is shown with its age, size and duration',
      { newest, sets: 9 },
      '9h ago (2026-11-22T02:00:01.000Z), 3 GiB in 5m, 9 sets, newest dify-1',
    ],
    ['does not exist', { newest: undefined, sets: 0 }, 'no complete set: difyctl backup makes one'],
    ['cannot be read', { reason: 'the repository\nis locked' }, 'unknown: the repository is locked'],
  ])('%s', (_, backup, words) => {
    const lines = statusText({ ...view, backup }, NOW, style).split('\n');
    expect(lines.filter((line) => !TEXT.includes(line))).toEqual([`  backup      ${words}`]);
  });

  test('is not asked for without a repository in the file, and a fault is words', async () => {
    const { signal } = new AbortController();
    const opened = (file: JsonObject) =>
      openDeployment({ deployment: parsedDeployment(file), baseDirectory: '/nowhere', env: {} });
    const bundled = SAMPLE_FILES['test-compose-bundled'];
    expect(await shownBackup(opened(bundled), { env: {}, signal })).toBeUndefined();
    const backup = { repository: '/nowhere/repository', password: { env: 'MISSING' } };
    expect(await shownBackup(opened({ ...bundled, recovery: { backup } }), { env: {}, signal })).toEqual({
      reason: 'the repository of backups cannot be opened: a secret for it was not found',
    });
  });
});

test('the working tree is compared with the newest applied revision', () => {
  const tree: ShownTree = {
    applied: { revision: 3, digest: 'd3' },
    tree: {
      ...{ root: '/srv/ops', folder: 'rendered/dify', file: 'difyctl.yaml', branch: 'main', unfinished: undefined },
      ...{ link: undefined, changed: [], edited: [], differing: ['difyctl.yaml'] },
      upstream: { name: 'origin/main', ahead: 1, behind: 0 },
      recorded: { commit: '1a2b3c4d5e', at: '2026-11-22T12:00:00Z', revision: 3, digest: 'd3' },
    },
  };
  const shown = (one: ShownTree) =>
    statusText({ ...view, tree: one }, NOW, style)
      .split('\n')
      .filter((line) => !TEXT.includes(line));
  expect(shown(tree)).toEqual([
    '  git         revision 3 (1a2b3c4) is committed; changed since: difyctl.yaml; 1 commit is not pushed to origin/main',
  ]);
  expect(shown({ tree: { folder: '/srv/ops', reason: 'does not exist' }, applied: undefined })).toEqual([
    '  git         /srv/ops does not exist',
  ]);
  expect(shown({ reason: 'git was not found on PATH' })).toEqual(['  git         unknown: git was not found on PATH']);
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

  test('redraws a terminal until Ctrl-C', async () => {
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

  test('without a terminal writes only changes', async () => {
    const other = { ...view, next: 'difyctl install' };
    const { thrown, written } = await watched(false, 24, [view, view, other]);
    expect(thrown).toBeInstanceOf(Interrupted);
    const head = '  2026-11-22T12:00:00.000Z\n';
    expect(written).toBe(
      `${head}${TEXT.join('\n')}${head}${TEXT.join('\n').replace('difyctl plan', 'difyctl install')}`,
    );
  });

  test('ends with the error of the first reading', async () => {
    expect(await watched(false, 24, [away])).toEqual({ thrown: away, written: '', drawn: '' });
  });

  test('is refused with JSON output', async () => {
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
