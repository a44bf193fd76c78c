import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportAs } from '../../src/report/formats.ts';
import { reportLines } from '../../src/report/lines.ts';
import { reportText, type TextOptions } from '../../src/report/text.ts';
import { sampleReport as report, sampleResult as result } from '../support/reports.ts';

const healthy = [
  result('tools.kubectl', { observed: 'kubectl 1.34.2' }),
  result('tools.helm', { observed: 'helm 4.3.1' }),
  result('cluster.capacity.nodes', { observed: '6 of 6 nodes are 8C/32G' }),
  result('config.tls'),
];
const broken = [
  ...healthy.slice(0, 2),
  result('cluster.capacity.nodes', {
    status: 'fail',
    message: '5 nodes of 8C/32G; prod needs 6\ngke-a3f1 is cordoned',
    observed: '5 nodes of 8C/32G',
    expected: 'prod needs 6',
    remedy: 'kubectl uncordon gke-a3f1',
  }),
  result('cluster.version', { status: 'unknown', message: 'not observed: list nodes', remedy: 'ask for it' }),
  result('cluster.zones', { status: 'unknown', message: 'not observed: list nodes', remedy: 'ask for it' }),
  result('host.single-point-of-failure', {
    status: 'warn',
    message: 'one machine',
    accepted: { reason: 'pilot', until: '2027-01-31' },
  }),
  result('mail.reachable', { status: 'skip', message: 'skipped by --skip' }),
  result('config.tls', { note: 'no TLS' }),
];
const plain: TextOptions = { color: false, unicode: true, width: 80, verbose: false, next: 'difyctl install' };

describe('the text report', () => {
  it('of a healthy run has a line for each subject', () => {
    expect(reportText(report(healthy), plain)).toBe(
      [
        '  preflight  dify · prod · kubernetes prod-eu/dify                         4.3 s',
        '  ✔ tools            2   kubectl 1.34.2, helm 4.3.1',
        '  ✔ cluster          1   6 of 6 nodes are 8C/32G',
        '  ✔ config           1',
        '',
        '  4 passed',
        '  Next: difyctl install',
        '',
      ].join('\n'),
    );
  });

  it('counts judged checks in each subject, and skipped ones only at the end', () => {
    const skipped = result('tools.docker', { status: 'skip', message: 'skipped by --skip' });
    expect(reportText(report([...healthy, skipped]), plain)).toBe(
      [
        '  preflight  dify · prod · kubernetes prod-eu/dify                         4.3 s',
        '  ✔ tools            2   kubectl 1.34.2, helm 4.3.1',
        '  ✔ cluster          1   6 of 6 nodes are 8C/32G',
        '  ✔ config           1',
        '',
        '  4 passed, 1 skipped   (more: --verbose)',
        '  Next: difyctl install',
        '',
      ].join('\n'),
    );
  });

  it('shows failures first and in full, and unknown results of one reason once', () => {
    expect(reportText(report(broken), plain)).toBe(
      [
        '  preflight  dify · prod · kubernetes prod-eu/dify                         4.3 s',
        '  ✖ cluster          3   1 failed, 2 unknown',
        '     ✖ cluster.capacity.nodes   5 nodes of 8C/32G; prod needs 6',
        '         gke-a3f1 is cordoned',
        '         → kubectl uncordon gke-a3f1',
        '         why: difyctl checks explain cluster.capacity.nodes',
        '     ? cluster.version, cluster.zones   not observed: list nodes',
        '         → ask for it',
        '  ! host             1   1 to review',
        '     ! host.single-point-of-failure   one machine',
        '         accepted: pilot (until 2027-01-31)',
        '         → fix it',
        '  ✔ tools 2   config 1',
        '',
        '  3 passed, 1 failed, 2 unknown, 1 warning, 1 skipped   exit 3',
        '  (1 noted; more: --verbose)',
        '',
      ].join('\n'),
    );
  });

  it('names the command that explains a check once if none failed', () => {
    const warned = result('images.registries', { status: 'warn', message: 'not resolved', remedy: 'name a mirror' });
    expect(reportText(report([...healthy, warned]), { ...plain, width: 60 })).toBe(
      [
        '  preflight  dify · prod · kubernetes prod-eu/dify     4.3 s',
        '  ! images           1   1 to review',
        '     ! images.registries   not resolved',
        '         → name a mirror',
        '  ✔ tools 2   cluster 1   config 1',
        '',
        '  4 passed, 1 warning',
        '  Why: difyctl checks explain ID',
        '  Next: difyctl install',
        '',
      ].join('\n'),
    );
  });

  it('shows skipped checks and notes on request', () => {
    const text = reportText(report(broken), { ...plain, verbose: true });
    expect(text).toContain('config.tls: no TLS');
    expect(text).toContain('mail.reachable: skipped by --skip');
  });

  it('has the same text without Unicode and without colour', () => {
    const text = reportText(report(broken), { ...plain, unicode: false });
    expect(text).toMatch(/^ {2}x cluster/m);
    expect(text).toContain('-> kubectl uncordon gke-a3f1');
    for (const character of text) expect(character.codePointAt(0)).toBeLessThan(128);
  });

  it('colours statuses if colours are on', () => {
    expect(reportText(report(broken), { ...plain, color: true })).toContain('\u001b[31m✖\u001b[39m');
  });

  it.each([40, 60, 80, 120])('fits %i columns', (width) => {
    for (const checks of [healthy, broken]) {
      for (const line of reportText(report(checks), { ...plain, width }).split('\n')) {
        expect(line.length, line).toBeLessThanOrEqual(width);
      }
    }
  });

  it('names every finding at any width', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), fc.boolean(), (width, unicode) => {
        const text = reportText(report(broken), { ...plain, width, unicode });
        for (const { id, status } of broken) {
          if (status === 'fail' || status === 'warn' || status === 'unknown') expect(text).toContain(id);
        }
      }),
    );
  });
});

describe('the lines for CI', () => {
  it('are one for each check, and one for all', () => {
    expect(reportLines(report(broken), { verbose: false })).toBe(
      [
        'preflight dify prod kubernetes/prod-eu/dify',
        'ok   tools.kubectl                 kubectl 1.34.2',
        'ok   tools.helm                    helm 4.3.1',
        'FAIL cluster.capacity.nodes        observed 5 nodes of 8C/32G; expected prod needs 6; next: kubectl uncordon gke-a3f1; why: difyctl checks explain cluster.capacity.nodes',
        'UNKN cluster.version               not observed: list nodes; next: ask for it',
        'UNKN cluster.zones                 not observed: list nodes; next: ask for it',
        'WARN host.single-point-of-failure  observed seen; expected expected; next: fix it; accepted: pilot (until 2027-01-31)',
        'skip mail.reachable                skipped by --skip',
        'ok   config.tls                    note: no TLS',
        '3 passed, 1 warning, 1 failed, 2 unknown, 1 skipped in 4.3 s (exit 3)',
        '',
      ].join('\n'),
    );
  });

  it('say why an accepted risk does not count', () => {
    const why = 'the risk was accepted only until 2026-11-21';
    const over = result('redis.topology', { status: 'fail', message: `one copy (${why})`, notAccepted: why });
    expect(reportLines(report([over]), { verbose: false })).toBe(
      [
        'preflight dify prod kubernetes/prod-eu/dify',
        `FAIL redis.topology  observed seen; expected expected; next: fix it; not accepted: ${why}; why: difyctl checks explain redis.topology`,
        '0 passed, 0 warnings, 1 failed, 0 unknown, 0 skipped in 4.3 s (exit 3)',
        '',
      ].join('\n'),
    );
  });

  it('end with the code of the phase', () => {
    expect(reportLines(report(broken, { phase: 'postflight' }), { verbose: false })).toContain('(exit 5)');
    expect(reportLines(report([]), { verbose: false })).toContain('(exit 0)');
  });
});

describe('checks that need a file', () => {
  const without = [
    result('tools.kubectl', { observed: 'kubectl 1.34.2' }),
    ...['config.tls', 'redis.login', 'mail.login'].map((id) =>
      result(id, { status: 'skip', message: 'needs a deployment file' }),
    ),
    result('cluster.dns', { status: 'skip', message: 'skipped by --skip' }),
  ];

  it('are summed up, and named on request', () => {
    const lines = (verbose: boolean) => reportLines(report(without), { verbose }).split('\n').slice(1, -2);
    expect(lines(false)).toEqual([
      'ok   tools.kubectl  kubectl 1.34.2',
      'skip cluster.dns    skipped by --skip',
      'skip 3 checks need a deployment file (--verbose names them)',
    ]);
    expect(lines(true)).toHaveLength(5);
    expect(lines(true).join('\n')).not.toContain('checks need');
    expect(reportText(report(without), plain)).toContain('  -  3 more need a deployment file\n');
    expect(reportText(report(without), { ...plain, verbose: true })).toContain('config.tls: needs a deployment file');
  });

  it('are complete in the formats for machines', async () => {
    for (const form of ['json', 'junit', 'html', 'lines'] as const) {
      expect(await reportAs(form, report(without))).toContain('mail.login');
    }
  });
});

it.each([
  ['passed', 'until all passed'],
  ['timeout', 'until the time limit was reached'],
  ['unrecoverable', 'until waiting could no longer help'],
] as const)('every format for people shows the result of waiting: %s', async (endedBy, words) => {
  const waited = report(healthy, { waited: { ms: 12_000, rounds: 1, endedBy } });
  const said = `12.0 s, checked again 1 time, ${words}`;
  expect(reportText(waited, plain)).toContain(`waited ${said}`);
  expect(reportLines(waited, { verbose: false })).toContain(`\nwaited ${said}\n`);
  expect(await reportAs('html', waited)).toContain(`<dt>Waited</dt><dd>${said}</dd>`);
});

it('the page names the evidence source of a finding', async () => {
  const one = (from: 'local' | 'cluster') =>
    ({ subject: 's', from, status: 'warn', observed: 'o', expected: 'e' }) as const;
  const page = (from: 'local' | 'cluster') =>
    reportAs('html', report([result('redis.login', { status: 'warn', message: 'm', observations: [one(from)] })]));
  expect(await page('local')).toContain('<dt>Observed from</dt><dd>here</dd>');
  expect(await page('cluster')).toContain('<dt>Observed from</dt><dd>the cluster</dd>');
});

it('the JSON document is the report', async () => {
  expect(JSON.parse(await reportAs('json', report(broken)))).toEqual(report(broken));
});
