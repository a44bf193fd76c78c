import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ownLabels } from '../../../src/base/own-labels.ts';
import type { Revision } from '../../../src/state/revisions/revision.ts';
import { type FakeObject, fakeCluster } from '../../support/fake-cluster.ts';

const { signal } = new AbortController();

const secret = (name: string, rest: Pick<FakeObject, 'type' | 'data'>): FakeObject => ({
  ...{ apiVersion: 'v1', kind: 'Secret', ...rest },
  metadata: { name, labels: { ...ownLabels('dify') } },
});
const data = (name: string) => secret(name, { type: 'Opaque', data: { KEY: 'dmFsdWU=' } });
const NEWEST = { number: 2, secretName: 'dify-difyctl-two' } as Revision;

test.each<[string, Buffer | undefined, readonly string[]]>([
  ['no other revision', undefined, ['dify-difyctl-two']],
  [
    'an unknown outcome',
    gzipSync('{"kind":"Revision","outcome":"promoted"}'),
    ['dify-difyctl-one', 'dify-difyctl-two'],
  ],
  ['an unknown version', gzipSync('{"kind":"Revision","version":2}'), ['dify-difyctl-one', 'dify-difyctl-two']],
  ['damaged gzip', Buffer.from('no gzip'), ['dify-difyctl-one', 'dify-difyctl-two']],
])('beside a revision with %s, prune leaves every Secret that a revision may name', async (_title, packed, left) => {
  const cluster = fakeCluster();
  cluster.add(data('dify-difyctl-one'), data('dify-difyctl-two'));
  const content = { 'revision.json.gz': packed?.toString('base64') ?? '' };
  if (packed !== undefined) cluster.add(secret('difyctl-dify-revision-3', { type: 'difyctl/revision', data: content }));
  await cluster.target.prune([NEWEST], signal);
  const revision = packed === undefined ? [] : ['Secret/difyctl-dify-revision-3'];
  const secrets = cluster.names().filter((name) => name.startsWith('Secret/'));
  expect(secrets).toEqual([...left.map((name) => `Secret/${name}`), ...revision]);
});

test('a Secret that External Secrets created is deleted with its ExternalSecret, not by itself', async () => {
  const cluster = fakeCluster();
  const one = data('dify-difyctl-one');
  cluster.add(
    { ...one, metadata: { ...one.metadata, annotations: { 'difyctl/sources': '{}' } } },
    data('dify-difyctl-two'),
  );
  await cluster.target.prune([NEWEST], signal);
  expect(cluster.calls.filter((call) => call.startsWith('kubectl delete'))).toEqual([
    'kubectl delete externalsecrets.external-secrets.io dify-difyctl-one -n dify --ignore-not-found --wait=false',
  ]);
});
