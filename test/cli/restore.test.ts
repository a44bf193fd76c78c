import { expect, it } from 'vitest';
import { restoredText, restorePlanText } from '../../src/cli/output/restore-text.ts';
import type { RestorePlan } from '../../src/operations/restore/options.ts';
import type { RestoreResult } from '../../src/operations/restore/restore.ts';
import { runCli } from '../support/cli.ts';

const STYLE = { color: false, unicode: true, width: 78 };
const BEFORE = 'dify_before_20261130061500';

const PLAN: RestorePlan = {
  ...{ deployment: 'dify', set: 'dify-20261129T021500Z-3fa2', commonPoint: '2026-11-29T02:15:01.000Z', dify: '1.16.1' },
  place: {
    target: 'compose',
    identity: { endpoint: 'engine', within: '/srv/dify' },
    facts: [
      { name: 'directory', value: '/srv/dify' },
      { name: 'project', value: 'dify, new' },
    ],
  },
  steps: [
    {
      step: 'secrets',
      what: '/srv/secrets.yaml',
      bytes: 0,
      status: 'done',
      observed: 'the set has 9',
      occupied: false,
    },
    {
      ...{ step: 'postgres-main', what: 'database dify at pg:5432', bytes: 5 * 2 ** 20, status: 'to-do' },
      ...{ observed: 'has 132 tables', occupied: true, renamedTo: BEFORE },
    },
    {
      ...{ step: 'objects', what: 'bucket dify', bytes: 2 ** 20, status: 'to-do' },
      ...{ observed: 'has 3 objects', occupied: true },
    },
  ],
  ...{ left: ['vectors: Dify embeds the documents again'], writers: [], stop: '', resumes: 3, reach: undefined },
};

it('the plan shows the place, what is there and what is not restored', () => {
  expect(restorePlanText(PLAN, STYLE)).toBe(`  directory /srv/dify, project dify, new
  dify-20261129T021500Z-3fa2
  Dify 1.16.1, data as of 2026-11-29T02:15:01.000Z
  continues revision 3
  secrets        /srv/secrets.yaml: the set has 9
  postgres-main  database dify at pg:5432 (5 MiB): has 132 tables; it is
                 renamed to dify_before_20261130061500
  objects        bucket dify (1 MiB): has 3 objects; objects of the set
                 replace those of the same key, and no other object is deleted

  not restored:
    vectors: Dify embeds the documents again
`);
});

it('the plan to a stated time shows as of when each store is, and the vectors that are replaced', () => {
  const [databases, set] = ['2026-11-29T08:00:00.000Z', PLAN.commonPoint];
  const reach = {
    at: databases,
    databases,
    files: databases,
    vectors: set,
    lostSeconds: 0,
    rpo: '15m',
    isWithinRpo: true,
  };
  const observed = 'has 1 of the 1 collection of the set, which are replaced';
  const vectors = {
    step: 'vectors',
    what: 'collections in qdrant',
    bytes: 0,
    status: 'to-do',
    occupied: true,
  } as const;
  const plan: RestorePlan = { ...PLAN, reach, steps: [{ ...vectors, observed }], left: [], resumes: undefined };
  expect(restorePlanText(plan, { ...STYLE, width: 200 })).toBe(`  directory /srv/dify, project dify, new
  dify-20261129T021500Z-3fa2
  Dify 1.16.1
  to 2026-11-29T08:00:00.000Z: databases as of 2026-11-29T08:00:00.000Z, files as of 2026-11-29T08:00:00.000Z, vectors as of 2026-11-29T02:15:01.000Z; nothing before it is lost
  vectors  collections in qdrant: has 1 of the 1 collection of the set, which are replaced
`);
});

it('the result shows times, invariants and the next steps, whose commands are not wrapped', () => {
  const command = `psql -h pg.example.internal -p 5432 -U dify -d dify -c "UPDATE datasets SET index_struct = NULL"`;
  const result: RestoreResult = {
    ...{ plan: PLAN, outcome: 'restored', revision: 3 },
    steps: [{ step: 'postgres-main', seconds: 61.2 }],
    invariants: [
      { id: 'setup', status: 'pass', observed: 'finished', expected: '' },
      { id: 'files', status: 'fail', observed: '1 of 3 objects of upload_files are missing: a (b)', expected: '' },
    ],
    next: ['difyctl install starts Dify', 'vectors: embed again:', `  1. ${command}`],
  };
  expect(restoredText(result, STYLE)).toBe(`  dify-20261129T021500Z-3fa2 is restored, revision 3
  postgres-main  1m 1s

  ✔ setup          finished
  ✖ files          1 of 3 objects of upload_files are missing: a (b)

  not restored:
    vectors: Dify embeds the documents again

  next:
    difyctl install starts Dify
    vectors: embed again:
      1. ${command}
`);
});

it.each([
  [['restore'], 'the command names neither a set nor a time'],
  [['restore', 'latest', '--part', 'redis', '--yes'], '--part redis: one of postgres-main, postgres-plugin'],
  [['restore', 'latest', '--knowledge-base', 'FAQ'], '--knowledge-base FAQ: not the id of a knowledge base'],
  [
    ['restore', 'latest', '--knowledge-base', '22222222-2222-4222-8222-222222222222'],
    '--knowledge-base restores vectors only',
  ],
])('%j is refused with exit 2', async (argv, message) => {
  const { code, stderr } = await runCli(argv);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
