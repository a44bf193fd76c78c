import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { ownLabels } from '../../../src/base/own-labels.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import { kubernetesRevisions } from '../../../src/state/kubernetes/revisions.ts';
import { revisionFolder } from '../../../src/state/revisions/folder.ts';
import { MAX_REVISION_BYTES, readRevision } from '../../../src/state/revisions/revision.ts';
import type { RevisionStore } from '../../../src/state/revisions/store.ts';
import { nextNumber } from '../../../src/state/revisions/stored.ts';
import { type FakeObject, fakeCluster } from '../../support/fake-cluster.ts';

const GOOD = {
  apiVersion: 'difyctl/v1',
  kind: 'Revision',
  deployment: 'dify',
  number: 3,
  difyctl: '9.9.9',
  startedAt: '2026-11-22T12:00:00Z',
  by: 'ops@here',
  phase: 'closed',
  outcome: 'applied',
  file: {},
  files: [],
  planDigest: 'abc',
  secretKeys: {},
};
const document = (changes: object): string => JSON.stringify({ ...GOOD, ...changes });

/** The content of a document, and why it cannot be used. */
const UNREADABLE: readonly (readonly [string, string | Buffer, object])[] = [
  [
    'an unknown outcome',
    document({ outcome: 'promoted' }),
    { reason: 'outcome "promoted" is unknown', newer: '9.9.9' },
  ],
  ['an unknown phase', document({ phase: 'drill' }), { reason: 'phase "drill" is unknown', newer: '9.9.9' }],
  ['a newer version', document({ version: 2 }), { reason: 'document version 2 is unknown', newer: '9.9.9' }],
  [
    'another API',
    document({ apiVersion: 'difyctl/v2' }),
    { reason: 'apiVersion "difyctl/v2" is unknown', newer: '9.9.9' },
  ],
  ['another kind', document({ kind: 'Backup' }), { reason: 'it is not a document of kind Revision' }],
  ['half a document', '{"kind":"Revi', { reason: 'it is not JSON' }],
  ['a missing field', document({ secretKeys: undefined }), { reason: expect.stringMatching(/^secretKeys: /) }],
  ['another number', document({ number: 4 }), { reason: 'it has the number of revision 4' }],
  ['too many bytes', Buffer.alloc(MAX_REVISION_BYTES + 1, 0x20), { reason: expect.stringContaining('more than') }],
  [
    'a list nested 200,000 levels deep',
    document({ file: {} }).replace('"file":{}', `"file":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`),
    { reason: expect.any(String) },
  ],
];

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Stores that contain one document as revision 3, as in a cluster and beside a `.env`. */
const PLACES: readonly (readonly [string, (content: string | Buffer) => Promise<RevisionStore>])[] = [
  ['in the cluster', async (content) => inCluster(secretOf(gzipSync(content)))],
  [
    'beside .env',
    async (content) => {
      const folder = await mkdtemp(join(tmpdir(), 'difyctl-revisions-'));
      folders.push(folder);
      await mkdir(join(folder, 'revisions'));
      await writeFile(join(folder, 'revisions', '3.json'), content);
      return revisionFolder(join(folder, 'revisions'));
    },
  ],
];

function secretOf(data: Buffer, changes: Partial<FakeObject> = {}): FakeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'difyctl/revision',
    metadata: { name: 'difyctl-dify-revision-3', labels: { ...ownLabels('dify') } },
    data: { 'revision.json.gz': data.toString('base64') },
    ...changes,
  };
}

function inCluster(...secrets: readonly FakeObject[]): RevisionStore {
  const cluster = fakeCluster();
  cluster.add(...secrets);
  return kubernetesRevisions(kubectl(cluster.runner, []), 'dify', 'dify');
}

describe.each(PLACES)('a revision %s', (_, open) => {
  test.each(UNREADABLE)('with %s is unreadable, and keeps its number', async (_title, content, fault) => {
    const stored = await (await open(content)).read();
    expect(stored.revisions).toEqual([]);
    expect(stored.unreadable).toEqual([
      { number: 3, where: expect.any(String), setAside: expect.any(String), ...fault },
    ]);
    expect(nextNumber(stored)).toBe(4);
  });

  test('with unknown fields is read, and they are written again', async () => {
    const store = await open(document({ later: { deep: [1] } }));
    const { revisions, unreadable } = await store.read();
    expect(unreadable).toEqual([]);
    for (const revision of revisions) await store.write({ ...revision, outcome: 'removed' });
    expect((await store.read()).revisions).toMatchObject([{ number: 3, outcome: 'removed', later: { deep: [1] } }]);
  });
});

describe('a Secret', () => {
  test.each([
    ['with damaged gzip', secretOf(Buffer.from('no gzip')), 'revision.json.gz is not valid gzip'],
    ['with gzip cut short', secretOf(gzipSync(document({})).subarray(0, 40)), 'revision.json.gz is not valid gzip'],
    ['that is a gzip bomb', secretOf(gzipSync(Buffer.alloc(512 * 1024 * 1024))), /has more than 8388608 bytes/],
    ['without its key', secretOf(Buffer.from(''), { data: {} }), 'it has no revision.json.gz'],
    ['of another type', secretOf(gzipSync(document({})), { type: 'Opaque' }), 'its type is not difyctl/revision'],
  ])('%s is unreadable by name, with a next step', async (_, secret, reason) => {
    const { unreadable } = await inCluster(secret).read();
    expect(unreadable).toEqual([
      {
        number: 3,
        where: 'Secret difyctl-dify-revision-3',
        reason: expect.stringMatching(reason),
        setAside:
          'kubectl -n dify get secret difyctl-dify-revision-3 -o yaml > difyctl-dify-revision-3.yaml && ' +
          'kubectl -n dify delete secret difyctl-dify-revision-3',
      },
    ]);
  });

  test('that lost its labels is still a revision, and one of another deployment is not', async () => {
    const bare = { metadata: { name: 'difyctl-dify-revision-3' } };
    const other = { metadata: { name: 'difyctl-dify-revision-3-revision-1' } };
    const { revisions, unreadable } = await inCluster(
      secretOf(gzipSync(document({})), bare),
      secretOf(gzipSync('no JSON'), other),
    ).read();
    expect(revisions.map(({ number }) => number)).toEqual([3]);
    expect(unreadable).toEqual([]);
  });

  test('of many gzip bombs does not fill the memory: there is one limit for all', async () => {
    const bomb = gzipSync(JSON.stringify({ ...GOOD, detail: 'x'.repeat(MAX_REVISION_BYTES - 1000), number: 1 }));
    const secrets = Array.from({ length: 12 }, (_, at) =>
      secretOf(bomb, { metadata: { name: `difyctl-dify-revision-${at + 1}` } }),
    );
    const { unreadable } = await inCluster(...secrets).read();
    expect(unreadable.filter(({ reason }) => reason.includes('in total'))).toHaveLength(4);
  });
});

test('a document is read back as it was written', () => {
  const text = document({ version: 1 });
  expect(readRevision(text, 3)).toMatchObject(JSON.parse(text));
});
