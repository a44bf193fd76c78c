import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AUDIT_CHECKS } from '../../../src/checks/audit/checks.ts';
import { auditVerdict } from '../../../src/checks/audit/grade.ts';
import { CHECKS } from '../../../src/checks/registry.ts';
import { sampleResult } from '../../support/reports.ts';

const failed = (...ids: readonly string[]) =>
  ids.map((id) => sampleResult(id, { status: 'fail', message: `${id} is wrong` }));

describe('the grade', () => {
  it.each([
    ['A', 100, []],
    ['A', 98, [sampleResult('config.resources', { status: 'warn', severity: 'warning' })]],
    ['B', 89, [sampleResult('config.beat', { status: 'unknown' })]],
    ['A', 95, failed('config.pinned-images')],
    ['B', 85, failed('config.pinned-images', 'config.debug-logs', 'release.state')],
    ['C', 74, failed('config.replicas')],
    ['D', 59, failed('config.tls')],
    ['F', 29, failed('config.published-secrets')],
    [
      'D',
      47,
      failed(
        'config.tls',
        'config.replicas',
        'names.ssrf-proxy',
        'recovery.backups',
        'config.external-data-services',
        'config.local-storage',
        'config.published-ports',
      ),
    ],
  ] as const)('%s is a score of %i', (grade, score, results) => {
    expect(auditVerdict(AUDIT_CHECKS, results)).toMatchObject({ grade, score });
  });

  it('has at most ten findings, the worst first, and what difyctl would change for each', () => {
    const ids = AUDIT_CHECKS.map(({ id }) => id);
    const { score, worst, changes } = auditVerdict(AUDIT_CHECKS, failed(...ids));
    expect(score).toBe(0);
    expect(worst.map(({ risk }) => risk)).toEqual([10, 10, 9, 9, 8, 8, 8, 8, 8, 8]);
    expect(worst[0]).toEqual({
      id: 'release.known-faults',
      status: 'fail',
      risk: 10,
      message: 'release.known-faults is wrong',
    });
    expect(changes.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});

it('docs/audit.md lists every check with its risk', async () => {
  const page = await readFile(fileURLToPath(new URL('../../../docs/audit.md', import.meta.url)), 'utf8');
  const rows = [...page.matchAll(/^\| \[([\w.-]+)\]\(checks\.md#[\w-]+\) \| (\d+) \| (.*) \|$/gm)];
  const listed = rows.map(([, id, risk, title]) => `${id} ${risk} ${title}`);
  expect(listed.toSorted()).toEqual(AUDIT_CHECKS.map(({ id, risk, title }) => `${id} ${risk} ${title}`).toSorted());
});

it('no check has two entries, and each id exists in another phase or its section says that only the audit runs it', () => {
  const ids = AUDIT_CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(AUDIT_CHECKS.every(({ risk }) => Number.isInteger(risk) && risk >= 1 && risk <= 10)).toBe(true);
  expect(ids.filter((id) => CHECKS.some((check) => check.id === id)).length).toBeGreaterThan(10);
});
