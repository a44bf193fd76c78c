import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { AUDIT_CHECKS } from '../../src/checks/audit/checks.ts';
import { auditVerdict } from '../../src/checks/audit/grade.ts';
import { checkReportJsonSchema } from '../../src/checks/report-schema.ts';
import { reportAs } from '../../src/report/formats.ts';
import { redactedReport } from '../../src/report/redacted.ts';
import { reportText } from '../../src/report/text.ts';
import { sampleReport, sampleResult } from '../support/reports.ts';

const results = [
  sampleResult('config.tls', { status: 'fail', message: 'without TLS: Ingress dify names no certificate' }),
  sampleResult('config.budgets', { status: 'warn', severity: 'warning', message: 'no disruption budget for planted' }),
  sampleResult('config.beat'),
];
const report = sampleReport(results, { phase: 'audit', audit: auditVerdict(AUDIT_CHECKS, results) });

it('the text ends with the grade, the worst findings, and what difyctl would change', () => {
  const text = reportText(report, { color: false, unicode: true, width: 80, verbose: false });
  expect(text.slice(text.indexOf('\n  Grade'))).toBe(
    [
      '',
      '  Grade D   59 of 100',
      '',
      '  Worst by risk (1 to 10)',
      '  ✖  8  config.tls: without TLS: Ingress dify names no certificate',
      '  !  5  config.budgets: no disruption budget for planted',
      '',
      '  What difyctl would change',
      '  -  config.tls: difyctl writes https addresses into every process, and gives',
      '     the ingress or nginx a certificate',
      '  -  config.budgets: difyctl renders a PodDisruptionBudget for every component',
      '     with more than one replica',
      '',
      '  1 passed, 1 failed, 1 warning   exit 5',
      '',
    ].join('\n'),
  );
});

it('the lines, the page, the JUnit file and the JSON document have the verdict', async () => {
  expect(await reportAs('lines', report)).toContain(
    [
      'worst 1: config.tls (risk 8)',
      'worst 2: config.budgets (risk 5)',
      'change config.tls: difyctl writes https addresses into every process, and gives the ingress or nginx a certificate',
      'change config.budgets: difyctl renders a PodDisruptionBudget for every component with more than one replica',
      'grade D (59 of 100)',
      '1 passed, 1 warning, 1 failed, 0 unknown, 0 skipped in 4.3 s (exit 5)',
    ].join('\n'),
  );
  expect(await reportAs('html', report)).toContain('<h2>Verdict: grade D (59 of 100)</h2>');
  expect(await reportAs('junit', report)).toContain('<property name="grade" value="D"/>');
  const isValid = new Ajv({ strict: false, validateFormats: false }).compile(checkReportJsonSchema());
  expect(isValid(JSON.parse(await reportAs('json', report))), JSON.stringify(isValid.errors)).toBe(true);
});

it('the messages of the worst findings are redacted', () => {
  const safe = redactedReport(report, (text) => text.replaceAll('planted', '***'));
  expect(safe.audit?.worst.map(({ message }) => message)).toEqual([
    'without TLS: Ingress dify names no certificate',
    'no disruption budget for ***',
  ]);
});
