import { expect, test } from 'vitest';
import { NOT_NAMED } from '../../src/backup/drill/workflow/judge.ts';
import { drillText } from '../../src/cli/output/drill-text.ts';
import { drillHtml } from '../../src/report/html/drill.ts';
import { drillRecordOf, FULL, NO_MODEL, STOPPED } from '../support/drill-record.ts';

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

const full = (width: number, dify: typeof FULL): string => {
  const outcome = dify === STOPPED || dify === NO_MODEL ? 'fail' : 'pass';
  return drillText(drillRecordOf({ full: dify, outcome, durations: [] }), [], '/srv/1.json', {
    color: false,
    unicode: true,
    width,
  });
};

test('a full drill at 100 columns has the start of Dify, the checks and the services', () => {
  expect(full(100, FULL)).toBe(`  dify-1 restored beside dify, and removed
    data as of     2026-11-21T10:00:00.000Z
    newest row     2026-11-21T09:59:58Z in messages
    start of Dify  41s

  ✔ setup          finished
  ✔ app.workloads  3 workloads available
  ✔ app.schema     revision 4474872b0ee6
  ✔ workflow       app 8a8b2c1d succeeded with the outputs answer

  ✔ the drill passed
    services: api, db_postgres, worker
    record: /srv/1.json
`);
});

test('a full drill at 60 columns has the log of what did not start', () => {
  expect(full(60, STOPPED)).toBe(`  dify-1 restored beside dify, and removed
    data as of     2026-11-21T10:00:00.000Z
    newest row     2026-11-21T09:59:58Z in messages
    start of Dify  41s

  ✔ setup          finished
  ✖ app.workloads  api has 0 of 1 (created)
  - workflow       no workflow was run: Dify did not start
  ✖ migration: exited with code 1
      Can't locate revision identified by 'x'

  ✖ the drill failed
    services: api, db_postgres, worker
    record: /srv/1.json
`);
});

test('a full drill at 40 columns has each text below its name', () => {
  expect(full(40, STOPPED)).toBe(`  dify-1 restored beside dify, and
  removed
    data as of     2026-11-21T10:00:00.000Z
    newest row     2026-11-21T09:59:58Z in messages
    start of Dify  41s

  ✔ setup
      finished
  ✖ app.workloads
      api has 0 of 1 (created)
  - workflow
      no workflow was run: Dify did not
      start
  ✖ migration: exited with code 1
      Can't locate revision identified
      by 'x'

  ✖ the drill failed
    services: api, db_postgres, worker
    record: /srv/1.json
`);
});

test('a full drill whose workflow fails has the next step', () => {
  expect(full(80, NO_MODEL)).toBe(`  dify-1 restored beside dify, and removed
    data as of     2026-11-21T10:00:00.000Z
    newest row     2026-11-21T09:59:58Z in messages
    start of Dify  41s

  ✔ setup          finished
  ✔ app.workloads  3 workloads available
  ✔ app.schema     revision 4474872b0ee6
  ✖ workflow       app 8a8b2c1d ended as failed: no route
      → name a workflow that needs no outside service

  ✖ the drill failed
    services: api, db_postgres, worker
    record: /srv/1.json
`);
});

test('a full drill without a workflow says how to name one', () => {
  const lines = full(120, { ...FULL, workflow: NOT_NAMED }).split('\n');
  expect(lines.slice(8, 10)).toEqual([
    '  - workflow       no workflow was run: the file names none',
    '      → set recovery.drills.workflow.app to the id of an app, which is in the address of its page: /app/ID/workflow',
  ]);
});

test('the page of a full drill has the workflow and the next step', () => {
  const page = drillHtml(drillRecordOf({ full: NO_MODEL, outcome: 'fail' }), []);
  expect(page).toContain(
    '<td><span class="status fail">failed</span></td><td>workflow: the workflow of app 8a8b2c1d succeeds</td><td>app 8a8b2c1d ended as failed: no route</td>',
  );
  expect(page).toContain('<p>Next: name a workflow that needs no outside service</p>');
});

test('the page of a full drill has the checks and the log, escaped', () => {
  const logs = ['<b>no table</b>'];
  const dify = { ...STOPPED, failures: [{ service: 'migration', reason: 'exited with code 1', logs }] };
  const page = drillHtml(drillRecordOf({ full: dify, outcome: 'fail' }), []);
  expect(page).toContain('<td>app.workloads: 3 workloads available</td><td>api has 0 of 1 (created)</td>');
  expect(page).toContain('<h3>migration: exited with code 1</h3>\n<pre><code>&lt;b&gt;no table&lt;/b&gt;</code></pre>');
  expect(page).toContain('<tr><td>start of Dify</td><td>41s</td></tr>');
  expect(drillHtml(drillRecordOf(), [])).not.toContain('Dify on the restored data');
});
