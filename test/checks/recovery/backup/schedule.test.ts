import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/base/json.ts';
import { BACKUPS } from '../../../../src/evidence/recovery/backups.ts';
import { SCHEDULE } from '../../../../src/evidence/recovery/schedule.ts';
import { RELEASE_INSTALLED } from '../../../../src/evidence/release/installed.ts';
import type { ScheduledFact } from '../../../../src/recovery/schedule-facts.ts';
import { backupFactsOf } from '../../../support/backup-facts.ts';
import { allSeen, plan, resultOf } from '../scene.ts';

const DIGEST = `registry.example.com/ops/difyctl@sha256:${'0'.repeat(64)}`;
const recovery = (backup: JsonObject = {}): JsonObject => ({
  drills: { interval: '90d', last: null },
  backup: {
    repository: 's3:https://backup.example.org/dify',
    interval: '6h',
    image: DIGEST,
    password: { env: 'BACKUP' },
    recipients: [`age1${'q'.repeat(58)}`],
    ...backup,
  },
});

/** The time of the tests is 2026-11-22, 12:00 UTC. */
const WORKS = ['backup', 'verify', 'prune', 'drill'] as const;
const fact = (name: (typeof WORKS)[number], facts: Partial<ScheduledFact> = {}): ScheduledFact => ({
  ...{ name, object: `CronJob dify-${name}`, state: 'on', succeededAt: '2026-11-22T09:00:00Z' },
  ...facts,
});
const all = (facts: Partial<ScheduledFact> = {}): readonly ScheduledFact[] =>
  WORKS.map((name) => (name === 'backup' ? fact(name, facts) : fact(name)));

function judgedOn(
  id: string,
  facts: readonly ScheduledFact[],
  more: Parameters<typeof resultOf>[2] = [],
  backup: JsonObject = {},
) {
  const { status, message } = resultOf(id, plan(recovery(backup)), [...allSeen(), [SCHEDULE, facts], ...(more ?? [])]);
  return `${status}: ${message}`;
}

const EXPECTED = 'expected backup, verify, prune, drill on schedule';

describe('recovery.backup.schedule', () => {
  const id = 'recovery.backup.schedule';
  test.each<[string, readonly ScheduledFact[], string]>([
    ['runs that succeed', all(), 'pass: backup 3h ago, verify 3h ago, prune 3h ago, drill 3h ago'],
    [
      'a drill that is not due yet',
      [...all().slice(0, 3), { name: 'drill', object: 'CronJob dify-drill', state: 'on' }],
      'pass: backup 3h ago, verify 3h ago, prune 3h ago, drill did not run yet',
    ],
    ['a CronJob that was deleted', all().slice(1), `fail: backup does not exist; ${EXPECTED}`],
    ['a CronJob that is suspended', all({ state: 'off' }), `fail: CronJob dify-backup is suspended; ${EXPECTED}`],
    [
      'a run that failed',
      all({ failed: { at: '2026-11-22T11:00:00Z', reason: 'Job dify-backup-7: no right' } }),
      `fail: CronJob dify-backup failed 1h ago (Job dify-backup-7: no right); ${EXPECTED}`,
    ],
    [
      'a success of two intervals ago',
      all({ succeededAt: '2026-11-21T23:00:00Z' }),
      `fail: CronJob dify-backup succeeded 13h ago; its interval is 6h; ${EXPECTED}`,
    ],
  ])('judges %s', (_, facts, expected) => {
    expect(judgedOn(id, facts)).toBe(expected);
  });

  test('recommends a digest', () => {
    expect(judgedOn(id, all(), [], { image: 'registry.example.com/ops/difyctl:1' })).toBe(
      'pass: backup 3h ago, verify 3h ago, prune 3h ago, drill 3h ago; the image has no digest (recovery.backup.image)',
    );
  });

  test('is skipped before the first install', () => {
    const missing = WORKS.map((name) => ({ name, object: `the CronJob of ${name}`, state: 'missing' as const }));
    const nothing: Parameters<typeof resultOf>[2] = [[RELEASE_INSTALLED, { images: [], records: [] }]];
    expect(judgedOn(id, missing, nothing)).toBe('skip: nothing is installed yet: nothing is scheduled');
  });
});

test('a scheduled verification counts, although its pod kept no record', () => {
  const facts = backupFactsOf();
  const { verification: _, ...unverified } = facts;
  expect(judgedOn('recovery.backup.verified', all(), [[BACKUPS, unverified]])).toBe(
    'pass: verified on 2026-11-22 by the schedule',
  );
  expect(judgedOn('recovery.backup.verified', [], [[BACKUPS, unverified]])).toBe(
    'warn: never verified from this folder; expected a verification every 7d',
  );
});

test('a scheduled drill counts, although its pod kept no record', () => {
  expect(judgedOn('recovery.drills', all())).toBe('pass: the scheduled drill of 2026-11-22 passed');
  const failed = fact('drill', { failed: { at: '2026-11-22T11:00:00Z', reason: 'exit code 6' } });
  expect(judgedOn('recovery.drills', [failed])).toBe('warn: no drill yet; expected a drill every 90d');
});
