import { describe, expect, it } from 'vitest';
import { DRILLS } from '../../../src/evidence/recovery/drills.ts';
import type { DrillRecord } from '../../../src/recovery/drill-record.ts';
import { drillRecordOf, FAILED_DRILL } from '../../support/drill-record.ts';
import { allSeen, type Patch, plan, resultOf } from './scene.ts';

const seen = (record: DrillRecord): Parameters<typeof resultOf>[2] => [
  ...allSeen(),
  [DRILLS, { records: [record], unreadable: [] }],
];
const DUMP: Patch = plan({ postgres: { method: 'dump', interval: '1h' }, rpo: '4h', measured: null });

describe('a record of a drill', () => {
  it.each<[string, string, Patch, DrillRecord, string]>([
    [
      'faster than the RTO',
      'recovery.rto',
      {},
      drillRecordOf(),
      'pass: restored in 12m at the drill of 2026-11-21 (target 4h)',
    ],
    [
      'slower than the RTO',
      'recovery.rto',
      plan({ rto: '10m' }),
      drillRecordOf(),
      'fail: restored in 12m at the drill of 2026-11-21; postgres-main took 10m; expected a restore within 10m',
    ],
    [
      'that failed',
      'recovery.rto',
      plan({ measured: null }),
      FAILED_DRILL,
      'skip: the newest drill failed: see recovery.drills',
    ],
    [
      'of more than a year ago',
      'recovery.rto',
      {},
      drillRecordOf({ at: '2025-10-01T00:00:00.000Z' }),
      'skip: restored in 50m (target 4h); this figure is declared, not seen: see recovery.measured',
    ],
    [
      'with data older than the RPO',
      'recovery.rpo',
      { ...DUMP, recovery: { ...(DUMP.recovery as object), rpo: '90m' } },
      drillRecordOf(),
      'fail: the newest set was 2h old at the drill of 2026-11-21; expected at most 90m of lost work',
    ],
    [
      'that takes the place of declared figures',
      'recovery.measured',
      {},
      drillRecordOf(),
      'skip: the drill of 2026-11-21 measured the restore: see recovery.rto',
    ],
    [
      'that passed',
      'recovery.drills',
      {},
      drillRecordOf(),
      'pass: the drill of 2026-11-21 (set dify-1) passed: 1 invariants hold',
    ],
    [
      'that failed',
      'recovery.drills',
      {},
      FAILED_DRILL,
      'fail: the drill of 2026-11-21 (set dify-1) failed: files: 1 of 9 objects of upload_files are missing: 7 (a.txt); expected a drill that passes',
    ],
    [
      'that is overdue',
      'recovery.drills',
      plan({ drills: { interval: '12h' } }),
      drillRecordOf(),
      'warn: the drill of 2026-11-21 (set dify-1) is older than 12h; expected a drill every 12h',
    ],
  ])('%s decides %s', (_, id, patch, record, expected) => {
    const { status, message } = resultOf(id, patch, seen(record));
    expect(`${status}: ${message}`).toBe(expected);
  });

  it('of an older set says nothing about the RPO', () => {
    const patch = { ...DUMP, recovery: { ...(DUMP.recovery as object), rpo: '90m' } };
    const { message } = resultOf('recovery.rpo', patch, seen(drillRecordOf({ isNewest: false })));
    expect(message).not.toContain('drill');
  });
});
