import { describe, expect, it } from 'vitest';
import { pruneText } from '../../src/cli/output/backup-text.ts';
import type { OldVersions } from '../../src/evidence/recovery/old-versions.ts';

describe('what a bucket keeps of the files that a prune removed', () => {
  const textOf = (old: OldVersions | { readonly reason: string } | undefined): string =>
    pruneText({ removed: [], kept: ['dify-1'], partial: [], damaged: [], ...(old === undefined ? {} : { old }) }, '');
  const KEPT = { bucket: 'dify-backup', count: 2, bytes: 2 ** 21 };

  it.each<[string, OldVersions | { readonly reason: string } | undefined, string]>([
    ['elsewhere', undefined, ''],
    ['nothing', { ...KEPT, count: 0, bytes: 0 }, ''],
    [
      'locked',
      { ...KEPT, lockedUntil: '2026-12-10T00:00:00.000Z', deletedAfter: 30 },
      '  bucket dify-backup keeps 2 old versions of removed files, 2 MiB; the last of them is locked until 2026-12-10T00:00:00.000Z; the bucket deletes each 30 days after its removal, and not before its lock ends\n',
    ],
    [
      'forever',
      KEPT,
      '  bucket dify-backup keeps 2 old versions of removed files, 2 MiB; no rule of the bucket deletes them, so they stay: docs/backup.md, A bucket with object lock\n',
    ],
    ['not known', { reason: 'no answer' }, '  whether the bucket keeps what was removed is not known: no answer\n'],
  ])('is shown: %s', (_, old, last) => {
    expect(textOf(old)).toBe(`  1 set kept\n${last}`);
  });
});
