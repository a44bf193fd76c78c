import { describe, expect, it } from 'vitest';
import { oldVersions } from '../../../src/evidence/recovery/old-versions.ts';
import type { LockSettings } from '../../../src/storage/facts.ts';

const AT = { endpoint: 'https://s3.example.com', bucket: 'dify-backup', prefix: 'dify' };
const entry = (key: string, at: string, isLatest: boolean, bytes?: number) => ({
  ...{ key, version: at, at, isLatest },
  ...(bytes === undefined ? {} : { object: { bytes, etag: '' } }),
});
/** One file in use, and two that were removed. */
const HISTORY = [
  entry('dify/data/1', '2026-11-01T00:00:00.000Z', true, 500),
  entry('dify/data/2', '2026-11-29T00:00:00.000Z', true),
  entry('dify/data/2', '2026-11-02T00:00:00.000Z', false, 2 ** 20),
  entry('dify/data/3', '2026-11-29T00:00:00.000Z', true),
  entry('dify/data/3', '2026-11-10T00:00:00.000Z', false, 2 ** 20),
];
const LIFECYCLE = [{ id: 'old', prefix: 'dify/', action: 'forget', when: '', days: 30 }] as const;

describe('what a bucket keeps of removed files', () => {
  it('is counted until the last lock ends', () => {
    const settings: LockSettings = {
      lock: { seen: { mode: 'GOVERNANCE', days: 30 } },
      versioning: { seen: 'enabled' },
      lifecycle: { seen: LIFECYCLE },
    };
    expect(oldVersions({ ...AT, settings }, HISTORY)).toEqual({
      ...{ bucket: 'dify-backup', count: 2, bytes: 2 ** 21 },
      ...{ lockedUntil: '2026-12-10T00:00:00.000Z', deletedAfter: 30 },
    });
  });

  it('has no lock and no end without settings', () => {
    expect(oldVersions(AT, HISTORY)).toEqual({ bucket: 'dify-backup', count: 2, bytes: 2 ** 21 });
  });
});
