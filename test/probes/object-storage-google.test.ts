import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { dialTo, runStorage, type StorageRunOptions, withStorage } from '../support/object-storage-runs.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type Permission, startFakeGoogle } from '../testbed/services/fake-google.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';

const OBJECTS: readonly Permission[] = ['objects.list', 'objects.get', 'objects.create', 'objects.delete'];
const ALL: readonly Permission[] = [...OBJECTS, 'buckets.get', 'buckets.getIamPolicy'];

const testbed = useTestbed(
  async () => {
    const google = await startFakeGoogle();
    const folder = await serviceFolder('tls');
    const names = ['storage.googleapis.com', 'oauth2.googleapis.com'];
    const certificate = await makeCertificate(folder, names, { days: 90 });
    const front = await startTlsFront(certificate, google.port);
    const ca = await readFile(certificate.caFile, 'utf8');
    for (const name of ['dify', 'dify-plugin']) await google.storage.addBucket(name, { versioning: { enabled: true } });
    const keys = {
      all: google.addAccount('all', ALL),
      objects: google.addAccount('objects', OBJECTS),
      reader: google.addAccount('reader', ['objects.list', 'objects.get']),
    };
    return { google, folder, front, ca, keys };
  },
  async ({ google, folder, front }) => {
    await front.stop();
    await google.stop();
    await removeFolder(folder);
  },
);

interface Scene {
  readonly key?: string;
  readonly gcs?: JsonObject;
  readonly recovery?: JsonObject;
  readonly context?: StorageRunOptions['context'];
}

function run({ key, gcs = {}, recovery = {}, context = {} }: Scene = {}) {
  const { front, ca, keys } = testbed.get();
  return runStorage({
    deployment: withStorage(
      { provider: 'gcs', gcs: { bucket: 'dify', serviceAccountJson: { env: 'KEY' }, ...gcs } },
      recovery,
    ),
    secrets: { serviceAccountJson: key ?? keys.all },
    context: {
      dial: dialTo({ 'storage.googleapis.com': front.port, 'oauth2.googleapis.com': front.port }),
      ...context,
    },
    options: { ca },
  });
}

const S = 'object-storage';
const alone = (name: string): JsonObject => ({ bucket: name, pluginBucket: name });

describe('a healthy Google Cloud Storage', () => {
  it('gives no finding, also with a plan for other regions, and no probe object is left', async () => {
    const { google } = testbed.get();
    expect((await run({ recovery: { replication: 'cross-zone' } })).findings).toEqual([]);
    const left = await fetch(`${google.storage.url}/storage/v1/b/dify/o?versions=true`);
    expect(await left.text()).not.toContain('difyctl-probe');
  });

  it('gives no finding for an account with rights on objects only: the old version of the probe object proves versioning', async () => {
    const { findings, result } = await run({ key: testbed.get().keys.objects });
    expect(findings).toEqual([]);
    expect(result(`${S}.versioning`).observed).toContain('the probe object got a version');
  });

  it('takes the key in base64 as Dify does', async () => {
    const key = Buffer.from(testbed.get().keys.all).toString('base64');
    expect((await run({ key })).findings).toEqual([]);
  });
});

describe('an error of Google Cloud Storage', () => {
  it('is the key of a deleted account', async () => {
    const gone = { ...JSON.parse(testbed.get().keys.all), client_email: 'gone@tests.iam.gserviceaccount.com' };
    const { findings, result } = await run({ key: JSON.stringify(gone) });
    expect(findings).toEqual([`${S}.login fail`]);
    expect(result(`${S}.login`).message).toContain('deleted or disabled');
  });

  it('is a secret that is not a key', async () => {
    const { findings, result } = await run({ key: 'my-little-secret-that-is-no-json-at-all' });
    expect(findings).toEqual([`${S}.login fail`]);
    expect(result(`${S}.login`).message).toContain('not the JSON key of a service account');
  });

  it('is a token server that cannot be reached', async () => {
    const { front } = testbed.get();
    const { findings, result } = await run({ context: { dial: dialTo({ 'storage.googleapis.com': front.port }) } });
    expect(findings).toEqual([`${S}.login fail`]);
    expect(result(`${S}.login`).message).toContain('oauth2.googleapis.com');
  });

  it('is a clock that is off', async () => {
    const now = () => new Date(Date.now() + 3_600_000);
    expect((await run({ context: { now } })).findings).toEqual([`${S}.clock fail`]);
  });

  it('is a bucket that is missing', async () => {
    const { findings, result } = await run({ gcs: { pluginBucket: 'none' } });
    expect(findings).toEqual([`${S}.bucket fail`]);
    expect(result(`${S}.bucket`).remedy).toContain('gcloud storage buckets create gs://none');
  });

  it('is a key that may only read', async () => {
    expect((await run({ key: testbed.get().keys.reader })).findings).toEqual([`${S}.rights fail`]);
  });

  it('is versioning that is off, also if the account may not read it', async () => {
    const { google, keys } = testbed.get();
    await google.storage.addBucket('unversioned');
    for (const key of [keys.all, keys.objects]) {
      expect((await run({ key, gcs: alone('unversioned') })).findings).toEqual([`${S}.versioning fail`]);
    }
  });

  it('is a public bucket', async () => {
    const { google } = testbed.get();
    await google.storage.addBucket('opened', { versioning: { enabled: true } });
    google.open('opened');
    expect((await run({ gcs: alone('opened') })).findings).toEqual([`${S}.public-access fail`]);
  });

  it('is a rule that deletes old versions long before the backups of the database', async () => {
    const { google } = testbed.get();
    await google.storage.addBucket('forgetting', { versioning: { enabled: true } });
    const lifecycle = (days: number) => ({
      meta: { lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: days } }] } },
    });
    google.describe('forgetting', lifecycle(1));
    expect((await run({ gcs: alone('forgetting') })).findings).toEqual([`${S}.lifecycle warn`]);
    google.describe('forgetting', lifecycle(30));
    expect((await run({ gcs: alone('forgetting') })).findings).toEqual([]);
  });

  it('is a rule that deletes, while a public policy that is blocked is no error', async () => {
    const { google } = testbed.get();
    await google.storage.addBucket('ruled', { versioning: { enabled: true } });
    const policy = { bindings: [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }] };
    const lifecycle = { rule: [{ action: { type: 'Delete' }, condition: { age: 30 } }] };
    google.describe('ruled', { meta: { lifecycle, iamConfiguration: { publicAccessPrevention: 'enforced' } }, policy });
    expect((await run({ gcs: alone('ruled') })).findings).toEqual([`${S}.lifecycle fail`]);
  });
});
