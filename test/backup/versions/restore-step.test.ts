import { expect, it } from 'vitest';
import { versionsStep } from '../../../src/backup/versions/restore-step.ts';

const VERSION = { key: 'upload_files/1.txt', version: 'v1', at: '2026-11-29T02:00:00Z', bytes: 1, etag: 'e' };
const NONE = { present: 0, toCopy: [], gone: [], others: 0 };

it.each([
  ['an empty bucket', 'to-do', { ...NONE, toCopy: [VERSION] }, 'is empty', false],
  [
    'the versions of the set',
    'to-do',
    { ...NONE, present: 2, others: 1 },
    'has 2 objects: all as the set says, 1 are not in the set',
    false,
  ],
  [
    'other contents',
    'to-do',
    { ...NONE, present: 2, toCopy: [VERSION] },
    'has 2 objects: 1 differ from the set or are missing',
    true,
  ],
  [
    'a part of this restore',
    'started',
    { ...NONE, present: 2, toCopy: [VERSION] },
    'has 2 objects: 1 differ from the set or are missing',
    false,
  ],
  ['a finished step', 'done', undefined, 'is restored', false],
] as const)('%s', (_, status, seen, observed, occupied) => {
  const step = versionsStep('objects', 'bucket dify', 1, status, seen);
  expect(step).toEqual({ step: 'objects', what: 'bucket dify', bytes: 1, status, observed, occupied });
});

it('a version that is gone is a problem, whatever the operator agrees to', () => {
  const { problem } = versionsStep('objects', 'bucket dify', 1, 'to-do', { ...NONE, gone: [VERSION] });
  expect(problem).toBe('the bucket lacks 1 version of the set, the first of upload_files/1.txt');
});
