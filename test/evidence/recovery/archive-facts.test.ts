import { describe, expect, it } from 'vitest';
import { type ArchiveFacts, backupFor } from '../../../src/evidence/recovery/archive-facts.ts';
import { logGap } from '../../../src/evidence/recovery/wal-gap.ts';

/** Segments of timeline 1, each by its log and number in hexadecimal digits: `0 FF`. */
const segments = (...names: readonly string[]): readonly string[] =>
  names.map((name) => {
    const [log = '', number = ''] = name.split(' ');
    return `00000001${log.padStart(8, '0')}${number.padStart(8, '0')}`;
  });

describe('a gap in the WAL', () => {
  it.each<[string, readonly string[], string, string | undefined]>([
    ['without a missing segment', ['0 1', '0 2', '0 3'], '0 1', undefined],
    ['before the backup', ['0 1', '0 3', '0 4'], '0 3', undefined],
    ['with a missing segment', ['0 1', '0 2', '0 4'], '0 1', '0 2, 0 4'],
    ['over the end of a log', ['0 FE', '0 FF', '1 0'], '0 FE', undefined],
    ['with a log of larger segments', ['0 3E', '0 3F', '1 0'], '0 3E', undefined],
    ['with a missing end of a log', ['0 FD', '0 FE', '1 0'], '0 FD', '0 FE, 1 0'],
  ])('%s', (_, names, from, expected) => {
    const [first = ''] = segments(from);
    const [after, before] = expected === undefined ? [] : segments(...expected.split(', '));
    expect(logGap(segments(...names), first)).toEqual(expected === undefined ? undefined : { after, before });
  });

  it('is the backup itself if its first segment is missing', () => {
    const [first = '', second = ''] = segments('0 1', '0 2');
    expect(logGap([second], first)).toEqual({ after: 'the backup', before: second });
  });
});

describe('the backup for a time', () => {
  const [one = '', two = '', three = '', four = ''] = segments('0 1', '0 2', '0 3', '0 4');
  const FACTS: ArchiveFacts = {
    ...{ stanza: 'dify', postgres: '15', segments: [one, two, three, four] },
    backups: [
      { label: 'first', stop: '2026-11-29T01:00:00.000Z', bytes: 1, firstSegment: one },
      { label: 'second', stop: '2026-11-29T02:00:00.000Z', bytes: 1, firstSegment: three },
    ],
    newest: { name: four, at: '2026-11-29T03:00:00.000Z' },
  };

  it.each<[string, Partial<ArchiveFacts>, string, object | string]>([
    ['after both', {}, '2026-11-29T02:30:00Z', 'second'],
    ['between them', {}, '2026-11-29T01:30:00Z', 'first'],
    ['before both', {}, '2026-11-29T00:30:00Z', { reason: 'its oldest backup is of 2026-11-29T01:00:00.000Z' }],
    ['after the log', {}, '2026-11-29T03:30:00Z', { reason: 'its WAL ends at 2026-11-29T03:00:00.000Z' }],
    ['without a backup', { backups: [] }, '2026-11-29T02:30:00Z', { reason: 'it has no backup' }],
    [
      'with a gap',
      { segments: [one, three, four] },
      '2026-11-29T01:30:00Z',
      { reason: `it lacks WAL segments between ${one} and ${three}` },
    ],
  ])('%s', (_, facts, at, expected) => {
    const found = backupFor({ ...FACTS, ...facts }, new Date(at));
    expect('label' in found ? found.label : found).toEqual(expected);
  });
});
