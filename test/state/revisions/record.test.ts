import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import type { RenderedCompose, RenderedKubernetes } from '../../../src/render/rendered.ts';
import { revisionFolder } from '../../../src/state/revisions/folder.ts';
import { mirroredStore } from '../../../src/state/revisions/mirrored-store.ts';
import { isOfRender, openRevision } from '../../../src/state/revisions/record.ts';
import { newestRevision, type Revision, readRevision } from '../../../src/state/revisions/revision.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { fakeSecrets, fakeSecretValues } from '../../support/secrets.ts';

const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
const secrets: SecretValues = fakeSecrets(deployment);

const kubernetes: RenderedKubernetes = {
  target: 'kubernetes',
  files: [{ path: 'values.yaml', content: 'web: {}\n', mode: 0o644 }],
  values: {},
  manifests: [{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'dify-web' } }],
  secret: { name: 'dify-difyctl-1', data: { 'secrets.secretKey': secrets.get('secrets.secretKey') } },
};

function revision(rendered: RenderedKubernetes | RenderedCompose, number = 1): Revision {
  return openRevision({
    operation: 'install',
    number,
    deployment,
    rendered,
    secrets,
    secretKeys: { 'secrets.secretKey': 'secrets.secretKey' },
    planDigest: 'abc',
    changes: { created: 2, changed: 1, deleted: 0 },
    upgrade: [{ what: 'Dify', from: '1.16.0', to: '1.16.1' }],
    chart: undefined,
    tools: { helm: '4.3.1' },
    only: [],
    skip: ['redis'],
    from: 'cluster',
    deep: false,
    by: 'ops@here',
    now: new Date('2026-11-22T12:00:00Z'),
  });
}

test('a revision is read back as it was written, and contains no secret', () => {
  const text = JSON.stringify(revision(kubernetes));
  expect(readRevision(text, 1)).toEqual(revision(kubernetes));
  for (const value of fakeSecretValues(deployment)) expect(text).not.toContain(value);
  expect(readRevision(text, 1)).toMatchObject({
    outcome: 'open',
    manifests: [{ name: 'dify-web' }],
    skip: ['redis'],
    from: 'cluster',
  });
});

test('a revision of a difyctl that did not record what changed is read', () => {
  const { changes: _changes, upgrade: _upgrade, ...before } = revision(kubernetes);
  expect(readRevision(JSON.stringify(before), 1)).toEqual(before);
});

test('a set is recognized by its files and its Secret', () => {
  const recorded = revision(kubernetes);
  expect(isOfRender(recorded, kubernetes, secrets)).toBe(true);
  const other = { ...kubernetes, files: [{ path: 'values.yaml', content: 'web: { a: 1 }\n', mode: 0o644 as const }] };
  expect(isOfRender(recorded, other, secrets)).toBe(false);
  expect(isOfRender(recorded, { ...kubernetes, secret: { ...kubernetes.secret, name: 'other' } }, secrets)).toBe(false);
});

test('a file with secrets is stored only as a keyed digest, which differs for two files', () => {
  const compose = (content: string): RenderedCompose => ({
    target: 'compose',
    files: [{ path: '.env', content, mode: 0o600 }],
    project: {},
    env: {},
    sources: {},
  });
  const recorded = revision(compose('A=secret-value'));
  expect(JSON.stringify(recorded)).not.toContain('secret-value');
  expect(isOfRender(recorded, compose('A=secret-value'), secrets)).toBe(true);
  expect(isOfRender(recorded, compose('A=other-value'), secrets)).toBe(false);
});

const folder = temporaryFolder();

test('a folder gives revisions in the order of their numbers', async () => {
  const store = revisionFolder(folder.path);
  for (const number of [10, 2, 1]) await store.write(revision(kubernetes, number));
  const numbers = async () => (await store.read()).revisions.map(({ number }) => number);
  expect(await numbers()).toEqual([1, 2, 10]);
  expect(newestRevision((await store.read()).revisions)?.number).toBe(10);
  await store.remove(10);
  expect(await numbers()).toEqual([1, 2]);
});

test('if installation and copy differ, the installation counts; a damaged copy is ignored', async () => {
  const there = revisionFolder(`${folder.path}/there`);
  const here = revisionFolder(`${folder.path}/here`);
  await here.write(revision(kubernetes, 1));
  await here.write(revision(kubernetes, 2));
  await there.write({ ...revision(kubernetes, 2), outcome: 'applied' });
  await there.write(revision(kubernetes, 3));
  await writeFile(`${folder.path}/here/3.json`, '{ half');
  await writeFile(`${folder.path}/here/4.json`, '{ half');
  const { revisions, unreadable } = await mirroredStore(there, here).read();
  expect(revisions.map(({ number, outcome }) => [number, outcome])).toEqual([
    [1, 'open'],
    [2, 'applied'],
    [3, 'open'],
  ]);
  expect(unreadable).toMatchObject([{ number: 4, where: `${folder.path}/here/4.json`, reason: 'it is not JSON' }]);
});
