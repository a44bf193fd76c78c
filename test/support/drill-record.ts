import { type DrillRecord, newDrillRecord } from '../../src/recovery/drill-record.ts';

/** A drill of 21 November 2026 that passed: data of two hours before, restored in 12 minutes. */
export function drillRecordOf(facts: Partial<DrillRecord> = {}): DrillRecord {
  return {
    ...newDrillRecord({
      ...{ deployment: 'dify', set: 'dify-1', isNewest: true, outcome: 'pass' },
      commonPoint: '2026-11-21T10:00:00.000Z',
      at: '2026-11-21T12:00:00.000Z',
      finishedAt: '2026-11-21T12:13:00.000Z',
      dify: { set: '1.16.1', image: '1.16.1' },
      place: 'databases difyctl_drill_00000000_main and difyctl_drill_00000000_plugin on pg:5432, removed',
      durations: [
        { part: 'postgres-main', seconds: 600 },
        { part: 'objects', seconds: 120 },
      ],
      restoreSeconds: 720,
      newestRecovered: { at: '2026-11-21T09:59:58Z', table: 'messages' },
      invariants: [{ id: 'setup', status: 'pass', observed: 'finished', expected: 'the setup of Dify is finished' }],
    }),
    ...facts,
  };
}

/** The same drill with a missing file. */
export const FAILED_DRILL = drillRecordOf({
  outcome: 'fail',
  invariants: [
    {
      ...{ id: 'files', status: 'fail', expected: 'every row has its object' },
      observed: '1 of 9 objects of upload_files are missing: 7 (a.txt)',
    },
  ],
});
