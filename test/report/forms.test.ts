import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse } from 'junit2json';
import { describe, expect, it } from 'vitest';
import { redactor } from '../../src/base/redact.ts';
import { checkReportJsonSchema } from '../../src/checks/report-schema.ts';
import { reportAnnotations } from '../../src/report/annotations.ts';
import { formatOfFile, reportAs } from '../../src/report/formats.ts';
import { redactedReport } from '../../src/report/redacted.ts';
import { sampleReport, sampleResult } from '../support/reports.ts';

const observation = { from: 'local', expected: 'noeviction' } as const;
const mixed = sampleReport([
  sampleResult('tools.kubectl', { observed: 'kubectl 1.34.2' }),
  sampleResult('cluster.capacity.nodes', {
    status: 'fail',
    message: '5 nodes; prod needs 6\ngke-a3f1 is <cordoned> & idle',
  }),
  sampleResult('redis.eviction-policy', {
    status: 'warn',
    message: 'volatile-lru "evicts"',
    accepted: { reason: 'queue is small', until: '2027-01-31' },
    observations: [
      { ...observation, subject: 'redis-0:6379', status: 'warn', observed: 'volatile-lru' },
      { ...observation, subject: 'redis-1:6379', status: 'pass', observed: 'noeviction' },
    ],
  }),
  sampleResult('postgres.replication', { status: 'unknown', message: 'not observed: pg_monitor' }),
  sampleResult('postgres.latency', { status: 'unknown', severity: 'info', message: 'not observed' }),
  sampleResult('recovery.drills', { status: 'pass', note: 'no drill yet' }),
  sampleResult('names.dns', { status: 'skip', message: 'no release yet' }),
]);

/** Statuses by id, as a pipeline that reads JUnit sees them. */
async function junitCases(xml: string) {
  const read = await parse(xml);
  const suites = read !== undefined && read !== null && 'testsuite' in read ? (read.testsuite ?? []) : [];
  return suites
    .flatMap((suite) => suite.testcase ?? [])
    .map((one) => {
      const state = one.failure ? 'failure' : one.error ? 'error' : one.skipped ? 'skipped' : 'passed';
      return [one.name, state] as const;
    });
}

describe('one run in several formats', () => {
  it('is the same checks and statuses in JUnit, JSON and HTML', async () => {
    const cases = new Map(await junitCases(await reportAs('junit', mixed)));
    expect(Object.fromEntries(cases)).toEqual({
      'tools.kubectl': 'passed',
      'cluster.capacity.nodes': 'failure',
      'redis.eviction-policy': 'passed',
      'postgres.replication': 'error',
      'postgres.latency': 'passed',
      'recovery.drills': 'passed',
      'names.dns': 'skipped',
    });
    const json: typeof mixed = JSON.parse(await reportAs('json', mixed));
    expect(json.checks.map(({ id }) => id).sort()).toEqual([...cases.keys()].sort());
    const html = await reportAs('html', mixed);
    const rows = [...html.matchAll(/<tr><td><span class="status (\w+)">.*?<code>([\w.-]+)<\/code>/g)];
    expect(rows.map(([, status, id]) => [id, status])).toEqual(json.checks.map(({ id, status }) => [id, status]));
    for (const [status, count] of Object.entries(json.summary)) {
      expect(html).toMatch(new RegExp(`<li class="${status}">.*</span> ${count} `));
    }
  });

  it('gates in JUnit and in annotations as --fail-on warn does', async () => {
    const strict = { ...mixed, failOn: 'warn' as const };
    const cases = Object.fromEntries(await junitCases(await reportAs('junit', strict)));
    // Accepted by the file: no gate.
    expect(cases['redis.eviction-policy']).toBe('passed');
    expect(cases['postgres.latency']).toBe('error');
    expect(await reportAs('junit', strict)).toMatch(/<testsuites [^>]*failures="1" errors="2"/);
    const levels = (report: typeof mixed) => reportAnnotations(report, undefined).match(/^::error title=[\w.-]+/gm);
    expect(levels(mixed)).not.toContain('::error title=postgres.latency');
    expect(levels(strict)).toContain('::error title=postgres.latency');
  });

  it('counts the failures of the gate in JUnit', async () => {
    const xml = await reportAs('junit', mixed);
    expect(xml).toMatch(/<testsuites [^>]*tests="7" failures="1" errors="1" skipped="1"/);
    expect(xml).toContain('accepted: queue is small (until 2027-01-31)');
  });

  it('is JSON that fits the published schema', async () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(checkReportJsonSchema());
    expect(validate(JSON.parse(await reportAs('json', mixed))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...mixed, sumary: {} })).toBe(false);
  });

  it('escapes text of services', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (said) => {
        const report = sampleReport([sampleResult('app.web', { status: 'fail', message: said, observed: said })]);
        expect(await junitCases(await reportAs('junit', report))).toEqual([['app.web', 'failure']]);
        const html = await reportAs('html', report);
        expect(html.match(/<article/g)).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
    const hostile = sampleReport([sampleResult('app.web', { status: 'fail', message: '<script>alert(1)</script>' })]);
    expect(await reportAs('html', hostile)).not.toContain('<script');
  });

  it('contains no secret in any format, not even an escaped one', async () => {
    const secret = `p"w<&'d-${'x'.repeat(8)}`;
    const told = sampleReport([
      sampleResult('app.web', { status: 'fail', message: `said ${secret}`, observed: secret }),
    ]);
    const safe = redactedReport(told, redactor([secret]));
    for (const form of ['lines', 'json', 'junit', 'html'] as const) {
      expect(await reportAs(form, safe)).not.toMatch(/d-xxxxxxxx/);
    }
  });
});

it.each([
  ['report.json', 'json'],
  ['out/report.XML', 'junit'],
  ['report.html', 'html'],
  ['report.txt', 'lines'],
  ['report.pdf', undefined],
  ['report', undefined],
])('the extension of %s selects %s', (path, format) => {
  expect(formatOfFile(path)).toBe(format);
});

it('GitHub Actions shows blocking findings as errors and the others as warnings', () => {
  expect(reportAnnotations(mixed, 'ops/difyctl.yaml').split('\n').slice(0, 2)).toEqual([
    '::error file=ops/difyctl.yaml,title=cluster.capacity.nodes::5 nodes; prod needs 6%0Agke-a3f1 is <cordoned> & idle%0Anext: fix it',
    '::warning file=ops/difyctl.yaml,title=redis.eviction-policy::volatile-lru "evicts"%0Anext: fix it',
  ]);
  expect(reportAnnotations(mixed, undefined)).toContain('::error title=postgres.replication::');
});
