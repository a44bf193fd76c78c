import { describe, expect, test } from 'vitest';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import type { CommandContext } from '../../src/cli/frame/context.ts';
import { installText } from '../../src/cli/output/install-text.ts';
import { type InstallFacts, installReport } from '../../src/operations/report.ts';
import { sampleDeployment } from '../support/deployments.ts';

const context = {
  output: 'text',
  env: {},
  verbose: false,
  terminal: { stdoutIsTerminal: true, stdoutColor: false, unicode: true, width: 80 },
} as unknown as CommandContext;

function checks(phase: CheckReport['phase'], ...results: readonly Partial<CheckResult>[]): CheckReport {
  const summary = { pass: 0, warn: 0, fail: 0, skip: 0, unknown: 0 };
  return {
    kind: 'CheckReport',
    phase,
    tier: 'prod',
    target: 'kubernetes',
    place: 'here',
    summary,
    durationMs: 1,
    checks: results,
  } as unknown as CheckReport;
}

function text(facts: Partial<InstallFacts> & Pick<InstallFacts, 'outcome'>): string {
  const known = { preflight: checks('preflight'), recovered: [], notes: [] };
  const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
  return installText(installReport(deployment, { ...known, ...facts }, new Date('2026-11-22T12:00:00Z')), context);
}

const setup = (over: Partial<CheckResult>) =>
  checks(
    'postflight',
    { id: 'app.setup', severity: 'error', status: 'pass', ...over },
    { id: 'app.public-url', status: 'pass', observed: 'https://dify.example.com/console/api/ping answers' },
  );

describe('the last lines', () => {
  test('say where Dify answers, and that the first administrator must be created', () => {
    const said = text({ outcome: 'applied', revision: 1, postflight: setup({ observed: 'no administrator yet' }) });
    expect(said).toContain('dify is installed (revision 1).');
    expect(said).toContain('  Dify answers at https://dify.example.com.\n');
    expect(said).toContain('  Create the first administrator now: https://dify.example.com/install\n');
    expect(said).toContain('difyctl status');
  });

  test('name the commands that enable the timers of backups', () => {
    const asRoot = ['install -m 644 /srv/dify/systemd/dify-* /etc/systemd/system/', 'systemctl daemon-reload'];
    const said = text({
      outcome: 'applied',
      revision: 1,
      asRoot,
      postflight: setup({ observed: 'no administrator yet' }),
    });
    expect(said.split('\n').slice(3, 6)).toEqual([
      '  Enable the timers of the backups, as root:',
      `     → ${asRoot[0]}`,
      `     → ${asRoot[1]}`,
    ]);
  });

  test('name the commit of the revision, or why there is none', () => {
    const answered = setup({ observed: 'no administrator yet' });
    const said = (commit: InstallFacts['commit']) =>
      text({ outcome: 'applied', revision: 3, postflight: answered, ...(commit === undefined ? {} : { commit }) })
        .split('\n')
        .filter((line) => !text({ outcome: 'applied', revision: 3, postflight: answered }).split('\n').includes(line));
    const made = { workingTree: '/srv/ops', files: ['difyctl.yaml', 'rendered/dify/values.yaml'] };
    expect(said({ ...made, outcome: 'committed', commit: '1a2b3c4d5e' })).toEqual([
      '  Commit 1a2b3c4 in /srv/ops has this revision (2 files).',
    ]);
    expect(said({ ...made, outcome: 'unchanged' })).toEqual([]);
    const reason = 'git ended with exit code 128';
    expect(said({ ...made, outcome: 'failed', reason, next: 'difyctl install commits it' })).toEqual([
      '  ✖ not committed in /srv/ops: git ended with exit code 128',
      '     → difyctl install commits it',
      '  exit 8',
    ]);
    const planned = text({ outcome: 'dry-run', commit: { ...made, outcome: 'planned' } });
    expect(planned.split('\n').slice(1, 4)).toEqual([
      '  2 files to commit in /srv/ops:',
      '    difyctl.yaml',
      '    rendered/dify/values.yaml',
    ]);
  });

  test('say that the administrator exists', () => {
    const said = text({
      outcome: 'unchanged',
      revision: 3,
      postflight: setup({ observed: 'the first administrator exists' }),
    });
    expect(said).toContain('nothing was changed (revision 3).');
    expect(said).toContain('The first administrator exists.');
    expect(said).not.toContain('/install');
  });

  test.each<readonly [string, readonly Partial<CheckResult>[], string]>([
    ['was not requested', [], 'it was not requested.'],
    [
      'gave no answer',
      [{ id: 'app.public-url', status: 'warn', observed: 'https://dify.example.com: no answer (ENOTFOUND)' }],
      'tested from this machine: https://dify.example.com: no answer (ENOTFOUND).',
    ],
    [
      'gave no answer in test, where that is a note',
      [
        {
          id: 'app.public-url',
          status: 'pass',
          note: 'x',
          observed: 'https://dify.example.com: no answer (ENOTFOUND)',
        },
      ],
      'tested from this machine: https://dify.example.com: no answer (ENOTFOUND).',
    ],
  ])('do not say that Dify answers at an address that %s', (_, more, words) => {
    const set = { id: 'app.setup', status: 'pass', observed: 'the first administrator exists' } as const;
    const said = text({ outcome: 'applied', revision: 1, postflight: checks('postflight', set, ...more) });
    expect(said).not.toContain('Dify answers at');
    expect(said).toContain(
      `  Dify is up and answers inside the installation. Its address is https://dify.example.com; ${words}\n`,
    );
  });

  test('do not claim an answer that was not received', () => {
    const skipped = setup({ status: 'skip', message: 'every pod is simulated' });
    expect(text({ outcome: 'applied', revision: 1, postflight: skipped })).toContain(
      '(not tested: every pod is simulated).',
    );
    expect(text({ outcome: 'applied', revision: 1, postflight: checks('postflight') })).toContain('(not tested).');
  });
});

describe('an error', () => {
  const failure = {
    summary: 'api did not become ready in 600 s',
    failures: [
      {
        workload: 'dify-api',
        reason: 'pod dify-api-1: CrashLoopBackOff, 5 restarts',
        logs: ['FATAL: no slots'],
        events: ['BackOff: back-off'],
      },
    ],
    state: 'release dify is at revision 2; nothing was rolled back',
  };
  const location = [{ name: 'namespace', value: 'dify' }];

  test('is shown with its cause, the state of the installation, and the next step', () => {
    const said = text({ outcome: 'failed', revision: 2, releaseRevision: 2, failure, location });
    const order = [
      '✖ api did not',
      'dify-api',
      'BackOff: back-off',
      '| FATAL: no slots',
      'state: release',
      'same command',
      'helm rollback dify -n dify',
      'exit 4',
    ];
    expect(order.map((words) => said.indexOf(words))).toEqual(
      order.map((words) => said.indexOf(words)).toSorted((a, b) => a - b),
    );
    expect(said.indexOf('✖ api did not')).toBeGreaterThanOrEqual(0);
  });

  test('a first install can be removed again; a completed rollback is not offered again', () => {
    expect(text({ outcome: 'failed', releaseRevision: 1, failure, location })).toContain('difyctl uninstall dify');
    expect(text({ outcome: 'rolled-back', failure, location })).not.toContain('undo it');
  });

  test('a postflight with failures is shown in full', () => {
    const postflight = checks('postflight', {
      id: 'app.routes',
      subject: 'app',
      severity: 'error',
      status: 'fail',
      message: '/v1 answers 502',
      remedy: 'look at nginx',
    });
    const said = text({ outcome: 'applied', revision: 1, postflight });
    expect(said).toContain('/v1 answers 502');
    expect(said).toContain('dify is installed (revision 1).');
  });
});

test('a dry run names every object', () => {
  const plan = {
    digest: 'd',
    oneByOne: [],
    interruptions: [],
    drains: [],
    drift: [],
    changes: [{ action: 'change' as const, kind: 'Deployment', name: 'dify-web', paths: ['spec.replicas'] }],
  };
  const said = text({ outcome: 'dry-run', plan });
  expect(said).toContain('~ Deployment dify-web\n        spec.replicas');
  expect(said).toContain('nothing was changed');
  expect(
    text({
      outcome: 'dry-run',
      plan: { digest: 'd', changes: [], oneByOne: [], interruptions: [], drains: [], drift: [] },
    }),
  ).toContain('Nothing to change.');
});
