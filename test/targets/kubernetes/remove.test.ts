import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ownLabels } from '../../../src/base/own-labels.ts';
import { OWN_KINDS } from '../../../src/checklist/own-kinds.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import type { Revision } from '../../../src/state/revisions/revision.ts';
import { droppedObjects, isServing, replacedObjects } from '../../../src/targets/kubernetes/owned.ts';
import { type FakeCluster, type FakeObject, fakeCluster } from '../../support/fake-cluster.ts';

const { signal } = new AbortController();
const OWN = { ...ownLabels('dify') };
const BUDGET = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' } as const;
const budget = (name: string, labels?: Record<string, string>): FakeObject => ({
  ...BUDGET,
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
});
const OF_HELM = { 'meta.helm.sh/release-name': 'dify', 'meta.helm.sh/release-namespace': 'dify' };
const deployment: FakeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'dify-web', annotations: OF_HELM },
};
const ROLE: FakeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'admin' },
};

/** Objects that a forged revision may name, and the one object that difyctl owns. */
const NAMED = [
  { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'admin' },
  { apiVersion: 'v1', kind: 'Secret', name: 'of-others' },
  { ...BUDGET, name: 'of-others' },
  { ...BUDGET, name: 'of-another-deployment' },
  { ...BUDGET, name: 'gone' },
  { ...BUDGET, name: 'dify-web' },
];

function scene(): FakeCluster {
  const cluster = fakeCluster();
  const document = {
    ...{ apiVersion: 'difyctl/v1', kind: 'Revision', deployment: 'dify', number: 1, difyctl: '1', startedAt: '' },
    ...{ by: '', phase: 'closed', outcome: 'applied', file: {}, files: [], planDigest: '', secretKeys: {} },
    manifests: NAMED,
  };
  cluster.add(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', labels: OWN } },
    ROLE,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'of-others', labels: OWN } },
    budget('of-others'),
    budget('of-another-deployment', { ...ownLabels('other') }),
    budget('dify-web', OWN),
    deployment,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'difyctl/revision',
      metadata: { name: 'difyctl-dify-revision-1', labels: OWN },
      data: { 'revision.json.gz': gzipSync(JSON.stringify(document)).toString('base64') },
    },
  );
  cluster.release = [deployment];
  return cluster;
}

const WORK = { timeoutMs: 1_000, signal, onProgress: () => undefined, onChild: () => undefined };

describe('an uninstall with a forged revision', () => {
  test('shows and deletes only labelled objects of difyctl, whatever the revision names', async () => {
    const cluster = scene();
    const before = cluster.names();
    const goes = ['Deployment/dify-web', 'PodDisruptionBudget/dify-web'];
    const shown = await cluster.target.removal(signal);
    expect(shown.map(({ action, kind, name }) => `${action} ${kind}/${name}`)).toEqual(
      goes.map((one) => `delete ${one}`),
    );
    await cluster.target.remove(WORK);
    expect(cluster.names()).toEqual(before.filter((name) => !goes.includes(name)));
  });

  test('deletes the same objects if the release does not exist any more', async () => {
    const cluster = scene();
    cluster.release = undefined;
    expect(await cluster.target.removal(signal)).toEqual([
      { action: 'delete', ...{ kind: BUDGET.kind, name: 'dify-web' } },
    ]);
  });
});

test('an uninstall names the claims of the release that it keeps, however they are marked', async () => {
  const cluster = fakeCluster();
  const claim = (name: string, marks: Partial<FakeObject['metadata']>): FakeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, ...marks },
  });
  cluster.add(
    claim('by-annotation', { annotations: OF_HELM }),
    claim('by-instance', { labels: { 'app.kubernetes.io/instance': 'dify' } }),
    claim('by-release', { labels: { release: 'dify' } }),
    claim('of-another', { labels: { release: 'other' } }),
    claim('of-none', {}),
  );
  expect(await cluster.target.remove(WORK)).toEqual({
    kept: ['claim by-annotation', 'claim by-instance', 'claim by-release', 'namespace dify'],
  });
});

describe('an install deletes', () => {
  const dropped = (cluster: FakeCluster, ...manifests: readonly Revision['manifests'][]) => {
    const connection = { kubectl: kubectl(cluster.runner, []), release: { name: 'dify', namespace: 'dify' } };
    const revisions = manifests.map((named) => ({ manifests: named }));
    return droppedObjects(connection, revisions, [], signal);
  };

  test('only labelled objects of difyctl that an earlier revision names', async () => {
    expect(await dropped(scene(), NAMED)).toEqual([{ ...BUDGET, name: 'dify-web' }]);
  });

  test('objects of an older revision if the newest failed earlier', async () => {
    expect(await dropped(scene(), NAMED, [])).toEqual([{ ...BUDGET, name: 'dify-web' }]);
  });

  test.each(Object.entries(OWN_KINDS))('an object of every kind that difyctl creates: %s', async (_, own) => {
    const cluster = scene();
    const { apiVersion, kind } = own;
    cluster.add({ apiVersion, kind, metadata: { name: 'left', labels: OWN } });
    const left = { apiVersion, kind, name: 'left' };
    expect(await dropped(cluster, [left])).toEqual([left]);
    expect(isServing(left)).toBe(own.serves);
  });

  test('an ExternalSecret only if no revision names it', async () => {
    const cluster = scene();
    const left = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'left' };
    cluster.add({ ...left, metadata: { name: 'left', labels: OWN } });
    const connection = { kubectl: kubectl(cluster.runner, []), release: { name: 'dify', namespace: 'dify' } };
    expect(await replacedObjects(connection, [{ manifests: [left] }], [], signal)).toEqual([]);
  });
});

describe('a release', () => {
  test('that names a foreign object is refused before any change, by name', async () => {
    const cluster = scene();
    cluster.release = [deployment, ROLE];
    await expect(cluster.target.removal(signal)).rejects.toMatchObject({
      exitCode: 2,
      problems: [{ path: 'ClusterRole admin', message: expect.any(String) }],
    });
    expect(cluster.names()).toContain('ClusterRole/admin');
  });

  test('that names deleted objects and objects that the chart keeps is removed', async () => {
    const cluster = scene();
    const kept: FakeObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', annotations: { 'helm.sh/resource-policy': 'keep' } },
    };
    cluster.release = [deployment, kept, { ...ROLE, metadata: { name: 'gone' } }];
    expect((await cluster.target.removal(signal)).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'ClusterRole gone',
      'Deployment dify-web',
      'PodDisruptionBudget dify-web',
    ]);
  });
});
