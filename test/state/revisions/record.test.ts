import { expect, test } from 'vitest';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import type { RenderedCompose, RenderedKubernetes } from '../../../src/render/rendered.ts';
import { bothStores } from '../../../src/state/revisions/both.ts';
import { revisionFolder } from '../../../src/state/revisions/folder.ts';
import { isOfRender, openRevision } from '../../../src/state/revisions/record.ts';
import { newestRevision, parseRevision, type Revision } from '../../../src/state/revisions/revision.ts';
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
    number,
    deployment,
    rendered,
    secrets,
    secretKeys: { 'secrets.secretKey': 'secrets.secretKey' },
    planDigest: 'abc',
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

test('a revision is read back as it was written, and holds no secret', () => {
  const text = JSON.stringify(revision(kubernetes));
  expect(parseRevision(text)).toEqual(revision(kubernetes));
  for (const value of fakeSecretValues(deployment)) expect(text).not.toContain(value);
  expect(parseRevision(text)).toMatchObject({
    outcome: 'open',
    manifests: [{ name: 'dify-web' }],
    skip: ['redis'],
    from: 'cluster',
  });
});

test.each(['', '{}', '[1]', '{"kind":"Revision"}'])('what is no revision (%s) is left alone', (text) => {
  expect(parseRevision(text)).toBeUndefined();
});

test('a set is known again by its files and its Secret', () => {
  const recorded = revision(kubernetes);
  expect(isOfRender(recorded, kubernetes, secrets)).toBe(true);
  const other = { ...kubernetes, files: [{ path: 'values.yaml', content: 'web: { a: 1 }\n', mode: 0o644 as const }] };
  expect(isOfRender(recorded, other, secrets)).toBe(false);
  expect(isOfRender(recorded, { ...kubernetes, secret: { ...kubernetes.secret, name: 'other' } }, secrets)).toBe(false);
});

test('of a file with secrets only a keyed digest is kept, which tells two apart', () => {
  const compose = (content: string): RenderedCompose => ({
    target: 'compose',
    files: [{ path: '.env', content, mode: 0o600 }],
    project: {},
    env: {},
  });
  const recorded = revision(compose('A=secret-value'));
  expect(JSON.stringify(recorded)).not.toContain('secret-value');
  expect(isOfRender(recorded, compose('A=secret-value'), secrets)).toBe(true);
  expect(isOfRender(recorded, compose('A=other-value'), secrets)).toBe(false);
});

const folder = temporaryFolder();

test('a folder lists revisions in the order of their numbers, and skips what it does not understand', async () => {
  const store = revisionFolder(folder.path);
  for (const number of [10, 2, 1]) await store.write(revision(kubernetes, number));
  expect((await store.list()).map(({ number }) => number)).toEqual([1, 2, 10]);
  expect(newestRevision(await store.list())?.number).toBe(10);
  await store.remove(10);
  expect((await store.list()).map(({ number }) => number)).toEqual([1, 2]);
});

test('where installation and copy differ, the installation is right', async () => {
  const there = revisionFolder(`${folder.path}/there`);
  const here = revisionFolder(`${folder.path}/here`);
  await here.write(revision(kubernetes, 1));
  await here.write(revision(kubernetes, 2));
  await there.write({ ...revision(kubernetes, 2), outcome: 'applied' });
  const listed = await bothStores(there, here).list();
  expect(listed.map(({ number, outcome }) => [number, outcome])).toEqual([
    [1, 'open'],
    [2, 'applied'],
  ]);
});
