import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOT_NAMED } from '../../src/backup/drill/workflow/judge.ts';
import { drillWords, isServing } from '../../src/recovery/drill-facts.ts';
import { readDrillRecord } from '../../src/recovery/drill-record.ts';
import { readDrills, writeDrill } from '../../src/recovery/drill-store.ts';
import { drillVerdicts } from '../../src/recovery/drill-verdict.ts';
import { drillRecordOf, FULL, NO_MODEL, STOPPED } from '../support/drill-record.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

describe('records of drills', () => {
  it('are read newest first, and one that cannot be read is named', async () => {
    const old = drillRecordOf({ at: '2026-10-01T00:00:00.000Z' });
    await writeDrill(folder.path, old);
    await writeDrill(folder.path, drillRecordOf());
    await writeFile(
      join(folder.path, 'drill-20261231T000000Z.json'),
      '{"kind":"DrillRecord","version":9,"difyctl":"2.0.0"}',
    );
    expect(await readDrills(folder.path)).toEqual({
      records: [drillRecordOf(), old],
      unreadable: ['drill-20261231T000000Z.json: it was written by difyctl 2.0.0, which is newer'],
    });
  });

  it('have what a full drill adds; an older one does not have it', () => {
    const full = drillRecordOf({ full: STOPPED, outcome: 'fail' });
    expect(readDrillRecord(JSON.stringify(full))).toEqual(full);
    expect(readDrillRecord(JSON.stringify(drillRecordOf()))).not.toHaveProperty('full');
  });

  it.each([
    ['the data alone', {}, '1 invariants hold'],
    ['Dify too', { full: FULL }, '1 invariants hold, 2 checks of Dify pass, a workflow succeeded'],
    [
      'no workflow',
      { full: { ...FULL, workflow: NOT_NAMED } },
      '1 invariants hold, 2 checks of Dify pass, no workflow was run',
    ],
    ['an older full drill', { full: { ...FULL, workflow: undefined } }, '1 invariants hold, 2 checks of Dify pass'],
    ['a workflow that failed', { full: NO_MODEL, outcome: 'fail' }, 'workflow: app 8a8b2c1d ended as failed: no route'],
    ['a start that failed', { full: STOPPED, outcome: 'fail' }, 'app.workloads: api has 0 of 1 (created)'],
    [
      'a start that failed, and was ready later',
      { full: { ...FULL, failures: STOPPED.failures }, outcome: 'fail' },
      'migration: exited with code 1',
    ],
  ] as const)('say in words what they prove: %s', (_, facts, words) => {
    expect(drillWords(drillRecordOf(facts as Parameters<typeof drillRecordOf>[0]))).toBe(words);
  });

  it.each([
    ['every check passes and the workflow succeeds', FULL, true],
    ['no workflow is named', { ...FULL, workflow: NOT_NAMED }, true],
    ['the workflow fails', NO_MODEL, false],
    ['Dify does not start', STOPPED, false],
  ])('say whether Dify serves if %s', (_, full, serves) => {
    expect(isServing(full)).toBe(serves);
  });

  it.each([
    ['no JSON', 'x', 'it is not a DrillRecord'],
    ['another document', '{"kind":"Lock"}', 'it is not a DrillRecord'],
    [
      'a field of another type',
      JSON.stringify({ ...drillRecordOf(), restoreSeconds: 'x' }),
      'restoreSeconds: Invalid input: expected number, received string',
    ],
  ])('refuse %s', (_, text, reason) => {
    expect(readDrillRecord(text)).toEqual({ reason });
  });
});

describe('drillVerdicts', () => {
  const words = (facts: Parameters<typeof drillRecordOf>[0], recovery: Parameters<typeof drillVerdicts>[1]) =>
    drillVerdicts(drillRecordOf(facts), recovery).map(
      ({ promise, status, observed }) => `${promise} ${status}: ${observed}`,
    );

  it('compares a drill with RTO and RPO', () => {
    expect(words({}, { rto: '10m', rpo: '4h' })).toEqual([
      'rto fail: restored in 12m (target 10m)',
      'rpo pass: the data was 2h old (target 4h)',
    ]);
  });

  it('adds the start of Dify to the restore, if the drill was a full one', () => {
    expect(words({ full: FULL }, { rto: '12m' })[0]).toBe(
      'rto fail: restored in 12m, Dify started in 41s (target 12m)',
    );
    expect(words({ full: FULL }, { rto: '13m' })[0]).toBe(
      'rto pass: restored in 12m, Dify started in 41s (target 13m)',
    );
  });

  it.each([
    [{ isNewest: false }, { rpo: '1h' }, 'rpo skip: the data was 2h old; a newer set exists'],
    [
      {},
      { rpo: '1h', postgres: { method: 'pitr' } },
      'rpo skip: the data was 2h old; PostgreSQL is not restored from sets',
    ],
    [{}, {}, 'rpo skip: the data was 2h old; the file has no RPO'],
  ] as const)('does not judge the RPO of %j with %j', (facts, recovery, expected) => {
    expect(words(facts, recovery)[1]).toBe(expected);
  });
});
