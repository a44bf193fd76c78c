import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDrillRecord } from '../../src/recovery/drill-record.ts';
import { readDrills, writeDrill } from '../../src/recovery/drill-store.ts';
import { drillVerdicts } from '../../src/recovery/drill-verdict.ts';
import { drillRecordOf } from '../support/drill-record.ts';
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
