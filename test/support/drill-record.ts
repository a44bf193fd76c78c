import { type DrillRecord, type FullDrill, newDrillRecord } from '../../src/recovery/drill-record.ts';

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

/** What a full drill adds: Dify started in 41 seconds, and its checks passed. */
export const FULL: FullDrill = {
  services: ['api', 'db_postgres', 'worker'],
  startSeconds: 41,
  failures: [],
  checks: [
    { id: 'app.workloads', status: 'pass', observed: '3 workloads available', expected: '3 workloads available' },
    { id: 'app.schema', status: 'pass', observed: 'revision 4474872b0ee6', expected: 'one revision' },
  ],
  workflow: {
    ...{ id: 'workflow', app: '8a8b2c1d', status: 'pass', outputs: ['answer'], seconds: 0.4 },
    ...{
      observed: 'app 8a8b2c1d succeeded with the outputs answer',
      expected: 'the workflow of app 8a8b2c1d succeeds',
    },
  },
};

/** A full drill in which Dify starts, and the workflow needs a model that it cannot reach. */
export const NO_MODEL: FullDrill = {
  ...FULL,
  workflow: {
    ...{ id: 'workflow', app: '8a8b2c1d', status: 'fail', expected: 'the workflow of app 8a8b2c1d succeeds' },
    ...{ observed: 'app 8a8b2c1d ended as failed: no route', next: 'name a workflow that needs no outside service' },
  },
};

/** A full drill in which the migration fails. */
export const STOPPED: FullDrill = {
  ...FULL,
  failures: [{ service: 'migration', reason: 'exited with code 1', logs: ["Can't locate revision identified by 'x'"] }],
  checks: [
    { id: 'app.workloads', status: 'fail', observed: 'api has 0 of 1 (created)', expected: '3 workloads available' },
  ],
  workflow: {
    ...{ id: 'workflow', status: 'skip', expected: 'a workflow succeeds' },
    observed: 'no workflow was run: Dify did not start',
  },
};

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
