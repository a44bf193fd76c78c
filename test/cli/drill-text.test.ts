import { expect, test } from 'vitest';
import { drillText } from '../../src/cli/output/drill-text.ts';
import { drillRecordOf } from '../support/drill-record.ts';

const record = drillRecordOf({
  deployment: 'dify',
  set: 'dify-20261129T021500Z-3fa2',
  commonPoint: '2026-11-29T02:15:00.000Z',
  newestRecovered: { at: '2026-11-29T02:14:58.000Z', table: 'messages' },
  durations: [
    { part: 'postgres-main', seconds: 42 },
    { part: 'objects', seconds: 700 },
  ],
  outcome: 'pass',
  invariants: [
    { id: 'schema', status: 'pass', observed: '1 revision, known to the image', expected: '' },
    { id: 'files', status: 'pass', observed: 'every one of 4,210 rows has its object in the bucket', expected: '' },
    { id: 'vectors', status: 'skip', observed: 'they are not in the set', expected: '' },
  ],
});
const verdicts = [{ promise: 'rto', status: 'pass', observed: 'restored in 12m 22s (target 4h)' }] as const;
const text = (width: number): string =>
  drillText(record, verdicts, '/srv/dify/.difyctl/dify/drills/1.json', { color: false, unicode: true, width });

test('100 columns: names and texts are in two columns', () => {
  expect(text(100)).toBe(`  dify-20261129T021500Z-3fa2 restored beside dify, and removed
    data as of     2026-11-29T02:15:00.000Z
    newest row     2026-11-29T02:14:58.000Z in messages
    postgres-main  42s
    objects        11m 40s

  ✔ schema         1 revision, known to the image
  ✔ files          every one of 4,210 rows has its object in the bucket
  - vectors        they are not in the set
  ✔ rto            restored in 12m 22s (target 4h)

  ✔ the drill passed
    record: /srv/dify/.difyctl/dify/drills/1.json
`);
});

test('60 columns: a longer text continues in its column', () => {
  expect(text(60)).toBe(`  dify-20261129T021500Z-3fa2 restored beside dify, and
  removed
    data as of     2026-11-29T02:15:00.000Z
    newest row     2026-11-29T02:14:58.000Z in messages
    postgres-main  42s
    objects        11m 40s

  ✔ schema         1 revision, known to the image
  ✔ files          every one of 4,210 rows has its object in
                   the bucket
  - vectors        they are not in the set
  ✔ rto            restored in 12m 22s (target 4h)

  ✔ the drill passed
    record: /srv/dify/.difyctl/dify/drills/1.json
`);
});

test('40 columns: a text is below its name', () => {
  expect(text(40)).toBe(`  dify-20261129T021500Z-3fa2 restored
  beside dify, and removed
    data as of     2026-11-29T02:15:00.000Z
    newest row     2026-11-29T02:14:58.000Z in messages
    postgres-main  42s
    objects        11m 40s

  ✔ schema
      1 revision, known to the image
  ✔ files
      every one of 4,210 rows has its
      object in the bucket
  - vectors
      they are not in the set
  ✔ rto
      restored in 12m 22s (target 4h)

  ✔ the drill passed
    record:
    /srv/dify/.difyctl/dify/drills/1.json
`);
});
