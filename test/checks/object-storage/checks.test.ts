import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/checks/check.ts';
import type { BucketFact, ObjectFacts, ObjectStorageFacts } from '../../../src/evidence/object-storage/facts.ts';
import type { Failure } from '../../../src/storage/facts.ts';
import { HEALTHY_BUCKET as BUCKET, HEALTHY_OBJECTS as HEALTHY } from '../../support/bucket-facts.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { judgeStorage, withStorage } from '../../support/object-storage-runs.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const keys = { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };
const S3 = {
  provider: 's3',
  s3: { endpoint: 'https://s3.example.internal', bucket: 'dify', region: 'eu-central-1', ...keys },
};
const onCompose = withStorage(S3);
const onKubernetes = parsedDeployment(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);

function failure(over: Partial<Failure>): Failure {
  return { kind: 'other', stage: 'use', host: 's3.example.internal', code: '500', text: 'answers 500', ...over };
}

function evidenceOf(api: Partial<BucketFact>, over: Partial<ObjectStorageFacts> = {}): ObjectStorageFacts {
  const plugin: BucketFact = { ...BUCKET, name: 'dify-plugin', usedBy: ['plugin daemon'] };
  const buckets = [{ ...BUCKET, ...api }, plugin];
  return { host: 's3.example.internal', isSecure: true, keys: 'given', buckets, ...over };
}

/** A probe that was stopped saw no objects. */
function stopped(by: Partial<Failure>, over: Partial<BucketFact> = {}): ObjectStorageFacts {
  const { objects: _, ...rest } = BUCKET;
  return { ...evidenceOf({}), buckets: [{ ...rest, ...over, stopped: failure(by) }] };
}

const findings = (results: readonly CheckResult[]) =>
  results.filter(({ status }) => !['pass', 'skip'].includes(status)).map(({ id, status }) => `${id} ${status}`);

describe('findings', () => {
  const objects = (over: Partial<ObjectFacts>) => evidenceOf({ objects: { ...HEALTHY, ...over } });
  const settings = (over: Partial<ObjectFacts['settings']>) => objects({ settings: { ...HEALTHY.settings, ...over } });
  const virtual = { style: 'virtual', address: 'https://dify.s3.example.internal' } as const;
  const away = { kind: 'fault', stage: 'resolve', host: 'dify.s3.example.internal', code: 'ENOTFOUND' } as const;
  const works = { style: 'path', works: true } as const;

  it.each<
    readonly [what: string, evidence: ObjectStorageFacts, compose: readonly string[], kubernetes: readonly string[]]
  >([
    ['none where all is well', evidenceOf({}), [], []],
    ['a drifting clock', evidenceOf({ skewMs: -7 * 60_000 }), ['clock warn'], ['clock warn']],
    ['a clock far off', evidenceOf({ skewMs: 20 * 60_000 }), ['clock fail'], ['clock warn']],
    ['a clock that was refused', stopped({ kind: 'clock', stage: 'login' }), ['clock fail'], ['clock warn']],
    ['a virtual host unknown here', stopped(away, virtual), ['address-style fail'], ['address-style warn']],
    [
      'a path that would work',
      stopped(away, { ...virtual, otherStyle: works }),
      ['address-style fail'],
      ['address-style warn'],
    ],
    ['no connection: another check says so', stopped({ kind: 'fault', stage: 'connect' }), [], []],
    ['silence', stopped({ kind: 'fault', stage: 'use', code: 'ETIMEDOUT' }), ['login fail'], ['login fail']],
    [
      'trouble of the storage',
      stopped({ code: 'SlowDown', text: 'answers 503 SlowDown' }),
      ['login fail'],
      ['login fail'],
    ],
    ['a full disk', objects({ put: failure({ kind: 'full' }) }), ['capacity fail'], ['capacity fail']],
    ['other bytes', objects({ altered: true }), ['integrity fail'], ['integrity fail']],
    ['a lock on the probe', objects({ remove: failure({ kind: 'locked' }), kept: 'k' }), [], []],
    ['no right to delete', objects({ remove: failure({ kind: 'denied' }) }), ['rights fail'], ['rights fail']],
    [
      'reading that could not be tried',
      objects({ put: failure({ kind: 'denied' }), get: undefined }),
      ['rights fail'],
      ['rights fail'],
    ],
    ['no encryption: for information', settings({ encryption: { seen: 'none' } }), [], []],
    [
      'hidden settings',
      settings({
        versioning: { hidden: 'AccessDenied' },
        lifecycle: { hidden: 'AccessDenied' },
        opened: { hidden: 'AccessDenied' },
        encryption: { hidden: 'AccessDenied' },
      }),
      [],
      [],
    ],
    [
      'a list for everybody',
      objects({ anonymous: { read: false, list: true } }),
      ['public-access fail'],
      ['public-access fail'],
    ],
    ['keys that do not resolve', { ...evidenceOf({}), keys: 'unresolved' }, [], []],
    [
      'a firewall for all but the cluster',
      stopped({ kind: 'login', stage: 'login', code: 'AuthorizationFailure' }),
      ['login fail'],
      ['login warn'],
    ],
  ])('%s', (_, evidence, compose, kubernetes) => {
    const said = (ids: readonly string[]) => ids.map((id) => `object-storage.${id}`);
    expect(findings(judgeStorage(onCompose, evidence, NOW))).toEqual(said(compose));
    expect(findings(judgeStorage(onKubernetes, evidence, NOW))).toEqual(said(kubernetes));
  });
});

describe('certificates', () => {
  const certificate = BUCKET.certificate;
  if (certificate === undefined) throw new Error('none');
  const untrusted = { ...certificate, distrust: 'SELF_SIGNED_CERT_IN_CHAIN' };
  const tls = { kind: 'fault', stage: 'tls', code: 'SELF_SIGNED_CERT_IN_CHAIN' } as const;
  const trusting = parsedDeployment({
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    components: { api: { extraEnv: { AWS_CA_BUNDLE: '/certs/ca.pem' } } },
  });

  it.each([
    [
      'soon over',
      evidenceOf({ certificate: { ...certificate, validTo: '2026-12-01T00:00:00Z' } }),
      onCompose,
      ['tls warn'],
    ],
    ['of an unknown authority', stopped(tls, { certificate: untrusted }), onCompose, ['tls fail']],
    ['of an authority that the API was told of', stopped(tls, { certificate: untrusted }), trusting, ['tls warn']],
    ['none, but a word', stopped({ ...tls, code: 'EPROTO', text: 'agrees on no TLS' }, {}), onCompose, ['tls fail']],
  ] as const)('%s', (what, evidence, deployment, expected) => {
    const seen = what.startsWith('none')
      ? { ...evidence, buckets: evidence.buckets.map(({ certificate: _, ...rest }) => rest) }
      : evidence;
    expect(findings(judgeStorage(deployment, seen, NOW))).toEqual(expected.map((id) => `object-storage.${id}`));
  });
});

it('reports a common result of both buckets once, and different results for each', () => {
  const evidence = evidenceOf({ objects: { ...HEALTHY, remove: failure({ kind: 'denied', code: 'AccessDenied' }) } });
  const both = {
    ...evidence,
    buckets: evidence.buckets.map((bucket) => ({
      ...bucket,
      ...(evidence.buckets[0]?.objects && { objects: evidence.buckets[0].objects }),
    })),
  };
  const rights = judgeStorage(onCompose, both, NOW).find(({ id }) => id === 'object-storage.rights');
  expect(rights?.message).toBe(
    'bucket dify (api) and bucket dify-plugin (plugin daemon): the key may not delete (AccessDenied); expected a key that may put, get, list and delete',
  );
  expect(rights?.remedy).toContain('arn:aws:s3:::dify/*');
  expect(rights?.observations).toHaveLength(2);
});

it('checks nothing if files are stored on disk', () => {
  const local = parsedDeployment(SAMPLE_FILES['test-compose-bundled']);
  expect(judgeStorage(local, evidenceOf({}), NOW)).toEqual([]);
});

it.each([
  ['1Ti', 'pass'],
  ['512G', 'pass'],
  ['100G', 'warn'],
  ['a lot', 'warn'],
])('compares a declared size of %s with the checklist', (storage, status) => {
  const deployment = withStorage({ ...S3, managed: { by: 'a cloud', size: { storage } } });
  expect(judged(checkOf('object-storage.size'), { deployment }).status).toBe(status);
});

describe('object-storage.replication of a bucket that is replicated to another bucket', () => {
  const { endpoint: _, ...amazon } = S3.s3;
  it.each([
    ['cross-region, on AWS', amazon, 'cross-region', 'warn'],
    ['cross-region, elsewhere', S3.s3, 'cross-region', 'warn'],
    ['cross-zone, on AWS, which keeps each object in three zones', amazon, 'cross-zone', 'pass'],
    ['cross-zone, elsewhere', S3.s3, 'cross-zone', 'warn'],
  ])('%s: the region of the other bucket is not shown', (_what, s3, replication, status) => {
    const deployment = withStorage({ provider: 's3', s3 }, { replication });
    const settings = { ...HEALTHY.settings, replication: { seen: 'another-bucket' as const } };
    const copied = { ...BUCKET, objects: { ...HEALTHY, settings } };
    const results = judgeStorage(deployment, { ...evidenceOf({}), buckets: [copied] }, NOW);
    const found = results.find(({ id }) => id === 'object-storage.replication');
    expect(found?.status).toBe(status);
    if (status === 'warn') {
      expect(found?.observed).toBe(
        'bucket dify (api): replicated to another bucket, whose region and zone are not shown',
      );
      expect(found?.remedy).toMatch(/ get-bucket-replication --bucket dify$/);
    }
  });
});

describe('object-storage.bucket with a name that the storage refuses', () => {
  const azureBlob = {
    ...{ accountName: 'acme', accountUrl: 'https://acme.blob.core.windows.net' },
    ...{ container: 'dify', accountKey: { env: 'KEY' } },
  };

  it.each([
    ['s3', onCompose, 'set another name in objectStorage.s3.bucket'],
    [
      'azure-blob',
      withStorage({ provider: 'azure-blob', azureBlob }),
      'set another name in objectStorage.azureBlob.container',
    ],
  ])('names the field of %s', (_, deployment, remedy) => {
    const seen = stopped({ kind: 'bucket', code: 'InvalidBucketName' }, { usedBy: ['api'] });
    const results = judgeStorage(deployment, seen, NOW);
    expect(results.find(({ id }) => id === 'object-storage.bucket')?.remedy).toBe(remedy);
  });
});
