import { expect, test } from 'vitest';
import { ARCHIVE } from '../../../src/evidence/recovery/archive.ts';
import type { ArchiveFacts } from '../../../src/evidence/recovery/archive-facts.ts';
import { plan, resultOf } from './scene.ts';

const FACTS: ArchiveFacts = {
  ...{ stanza: 'dify', postgres: '15', segments: ['000000010000000000000003'] },
  backups: [
    { label: '20261122-020000F', stop: '2026-11-22T02:01:00.000Z', bytes: 1, firstSegment: '000000010000000000000003' },
  ],
  newest: { name: '000000010000000000000003', at: '2026-11-22T11:55:00.000Z' },
};
const PLAN = plan({ rpo: '15m', postgres: { pgbackrest: { stanza: 'dify' } } });
const expected = 'expected a backup, and every WAL segment since then, up to the last 15m';

test.each<[string, Partial<ArchiveFacts>, string]>([
  ['a backup and its log', {}, 'pass: 1 backup, the newest 20261122-020000F; the newest WAL segment is 5m old'],
  ['no backup', { backups: [] }, `fail: the stanza dify has no backup; ${expected}`],
  [
    'a gap',
    { gap: { after: '000000010000000000000003', before: '000000010000000000000005' } },
    `fail: since 20261122-020000F, WAL segments between 000000010000000000000003 and 000000010000000000000005 are missing; ${expected}`,
  ],
  [
    'a log that is older than the RPO',
    { newest: { name: '000000010000000000000003', at: '2026-11-22T11:00:00.000Z' } },
    `fail: the newest WAL segment is 1h old; ${expected}`,
  ],
])('an archive with %s', (_, facts, message) => {
  const { status, message: text } = resultOf('recovery.archive', PLAN, [[ARCHIVE, { ...FACTS, ...facts }]]);
  expect(`${status}: ${text}`).toBe(message);
});

test('is not asked for without a stanza in the file', () => {
  expect(resultOf('recovery.archive').status).toBe('skip');
});
