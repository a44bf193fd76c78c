import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { Dial } from '../../src/net/dial.ts';
import { ProbeError } from '../../src/net/probe-error.ts';
import { dialTo, runStorage, type StorageRunOptions, withStorage } from '../support/object-storage-runs.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startListener } from '../testbed/services/listener.ts';
import { startMinio } from '../testbed/services/minio.ts';
import type { Policy } from '../testbed/services/minio-admin.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';

const REGION = 'eu-central-1';
const SECRET = 'a-secret-that-is-long-enough-to-be-found';

/** The rights of a key on every bucket: those that Dify needs, and fewer. */
const OBJECTS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];
const USERS: Readonly<Record<string, readonly string[]>> = {
  full: ['s3:*'],
  objects: [...OBJECTS, 's3:ListBucket'],
  reader: ['s3:GetObject', 's3:ListBucket'],
  unlisting: OBJECTS,
  keeping: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
};

const testbed = useTestbed(
  async () => {
    const minio = await startMinio({
      region: REGION,
      domains: ['minio.example'],
      buckets: ['dify', 'dify-plugin'],
      versioning: true,
    });
    for (const [name, actions] of Object.entries(USERS)) await minio.addUser(name, SECRET, policyOf(actions));
    const folder = await serviceFolder('tls');
    const names = ['minio.example', '*.minio.example'];
    const certificate = await makeCertificate(await below(folder, 'good'), names, { days: 90 });
    const expired = await makeCertificate(await below(folder, 'old'), names, { days: -1, by: certificate });
    const other = await makeCertificate(await below(folder, 'other'), ['other.example'], { days: 90, by: certificate });
    return { minio, folder, certificate, expired, other };
  },
  async ({ minio, folder }) => {
    await minio.stop();
    await removeFolder(folder);
  },
);

async function below(folder: string, name: string): Promise<string> {
  const made = path.join(folder, name);
  await mkdir(made);
  return made;
}

function policyOf(actions: readonly string[]): Policy {
  const Resource = ['arn:aws:s3:::*'];
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource }] };
}

interface Scene {
  readonly user?: string;
  readonly secret?: string;
  readonly s3?: JsonObject;
  readonly recovery?: JsonObject;
  readonly managed?: JsonObject;
  readonly context?: StorageRunOptions['context'];
  readonly options?: StorageRunOptions['options'];
}

function run({
  user = 'objects',
  secret = SECRET,
  s3 = {},
  recovery = {},
  managed,
  context = {},
  options = {},
}: Scene = {}) {
  const { minio } = testbed.get();
  const keys = { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };
  const block = { endpoint: minio.endpoint, bucket: 'dify', region: REGION, ...keys, ...s3 };
  return runStorage({
    deployment: withStorage({ provider: 's3', s3: block, ...(managed === undefined ? {} : { managed }) }, recovery),
    secrets: { accessKey: user, secretKey: secret },
    context,
    options,
  });
}

/** Plain http in prod is a finding of its own in all of these. */
const PLAIN = 'object-storage.tls warn';

const versionsIn = async (bucket: string): Promise<string> =>
  (await testbed.get().minio.request('GET', `/${bucket}`, { query: 'versions=' })).body;

describe('a healthy MinIO', () => {
  it('gives only the finding of plain http', async () => {
    const { findings, result } = await run();
    expect(findings).toEqual([PLAIN]);
    expect(result('object-storage.rights').observations).toHaveLength(2);
  });

  it('keeps no probe object if the key may delete versions, and is probed once for two processes', async () => {
    const { minio } = testbed.get();
    await minio.addBucket('both', { versioning: true });
    const { evidence, findings } = await run({ user: 'full', s3: { bucket: 'both', pluginBucket: 'both' } });
    expect(findings).toEqual([PLAIN]);
    expect(evidence.buckets).toMatchObject([{ usedBy: ['api', 'plugin daemon'] }]);
    expect(evidence.buckets[0]?.objects?.kept).toBeUndefined();
    expect(await versionsIn('both')).not.toContain('difyctl-probe');
  });

  it('gives no finding at all over https, by path and by virtual host', async () => {
    const { minio, certificate } = testbed.get();
    const front = await startTlsFront(certificate, minio.port);
    const options = { ca: await readFile(certificate.caFile, 'utf8') };
    const context = { dial: dialTo({ 'minio.example': front.port }) };
    for (const addressStyle of ['auto', 'virtual']) {
      const s3 = { endpoint: 'https://minio.example', addressStyle };
      const { findings, evidence } = await run({ s3, context, options });
      expect(findings, addressStyle).toEqual([]);
      expect(evidence.buckets[0]?.style).toBe(addressStyle === 'auto' ? 'path' : 'virtual');
    }
    await front.stop();
  });

  it('gives no failure if a lock keeps the probe object', async () => {
    const { minio } = testbed.get();
    const rule = '<DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention>';
    const body = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>${rule}</Rule></ObjectLockConfiguration>`;
    await minio.addBucket('locked', { lock: true });
    expect((await minio.request('PUT', '/locked', { query: 'object-lock=', body })).status).toBe(200);
    const { evidence, findings } = await run({ user: 'full', s3: { bucket: 'locked', pluginBucket: 'locked' } });
    expect(evidence.buckets[0]?.objects?.kept).toMatch(/^difyctl-probe-/);
    expect(findings).toEqual([PLAIN]);
  });
});

const S3 = 'object-storage';

describe('an error of the key or the bucket', () => {
  it.each<readonly [what: string, scene: Scene, id: string, status: string, message: RegExp]>([
    ['a key id that is not known', { user: 'nobody' }, 'login', 'fail', /does not know this key id/],
    ['a key id of other letters', { user: 'schlüssel鑰' }, 'login', 'fail', /characters that no request can contain/],
    ['a wrong secret', { secret: 'wrong-wrong-wrong-wrong-wrong-wrong' }, 'login', 'fail', /secret does not belong/],
    [
      'a bucket that is missing',
      { s3: { bucket: 'none', pluginBucket: 'dify-plugin' } },
      'bucket',
      'fail',
      /bucket none \(api\)/,
    ],
    [
      'a plugin bucket that is missing',
      { s3: { pluginBucket: 'none' } },
      'bucket',
      'fail',
      /bucket none \(plugin daemon\)/,
    ],
    ['another region', { s3: { region: 'us-west-2' } }, 'region', 'fail', /the storage names eu-central-1/],
    ['a key that may only read', { user: 'reader' }, 'rights', 'fail', /may not put and delete/],
    ['a key that may not list', { user: 'unlisting' }, 'rights', 'fail', /plugin daemon\): the key may not list/],
    ['a key that may not delete', { user: 'keeping' }, 'rights', 'fail', /may not delete/],
  ])('%s', async (_, scene, id, status, message) => {
    const { findings, result } = await run(scene);
    expect(findings).toEqual([PLAIN, `${S3}.${id} ${status}`]);
    expect(result(`${S3}.${id}`).message).toMatch(message);
  });

  it('is a warning if the key may not list the bucket that only the API uses', async () => {
    const { minio } = testbed.get();
    const Statement = [
      { Effect: 'Allow', Action: OBJECTS, Resource: ['arn:aws:s3:::*'] },
      { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::dify-plugin'] },
    ];
    await minio.addUser('half', SECRET, { Version: '2012-10-17', Statement });
    expect((await run({ user: 'half' })).findings).toEqual([PLAIN, `${S3}.rights warn`]);
  });
});

describe('a restriction by an administrator', () => {
  const admin = async (action: string, query: string, body?: string) => {
    const { request } = testbed.get().minio;
    expect((await request('PUT', `/minio/admin/v3/${action}`, { query, ...(body && { body }) })).status).toBe(200);
  };

  it('is a key that is disabled', async () => {
    await testbed.get().minio.addUser('retired', SECRET, policyOf(['s3:*']));
    await admin('set-user-status', 'accessKey=retired&status=disabled');
    expect((await run({ user: 'retired' })).findings).toEqual([PLAIN, `${S3}.login fail`]);
  });

  it('is a quota of the bucket', async () => {
    await testbed.get().minio.addBucket('narrow', { versioning: true });
    await admin('set-bucket-quota', 'bucket=narrow', JSON.stringify({ quota: 100, quotatype: 'hard' }));
    const { findings, result } = await run({ s3: { bucket: 'narrow', pluginBucket: 'narrow' } });
    expect(findings).toEqual([PLAIN, `${S3}.capacity fail`]);
    expect(result(`${S3}.capacity`).message).toContain('accepts no more objects');
  });
});

describe('clocks', () => {
  const late = () => new Date(Date.now() - 40 * 60_000);

  it('that are 40 minutes apart are the only failure, because the probe continues with the time of the storage', async () => {
    const { findings, result } = await run({ context: { now: late } });
    expect(findings).toEqual([PLAIN, `${S3}.clock fail`]);
    expect(result(`${S3}.clock`).message).toContain('40 min apart');
  });
});

describe('addresses', () => {
  it.each([
    ['a virtual host that does not resolve', (port: number) => ({ dial: exactly('minio.example', port) }), 'path'],
    ['a server that knows no virtual hosts', (port: number) => ({ dial: dialTo({ 'other.example': port }) }), 'path'],
  ])('%s', async (what, contextOf, works) => {
    const { minio } = testbed.get();
    const host = what.includes('resolve') ? 'minio.example' : 'other.example';
    const s3 = { endpoint: `http://${host}`, addressStyle: 'virtual' };
    const { findings, result } = await run({ s3, context: contextOf(minio.port) });
    expect(findings).toEqual([PLAIN, `${S3}.address-style fail`]);
    expect(result(`${S3}.address-style`)).toMatchObject({
      message: expect.stringContaining(`${works} style works`),
      remedy: `--set objectStorage.s3.addressStyle=${works}`,
    });
  });
});

describe('certificates', () => {
  it.each([
    ['expired', 'expired', 'good', /expired on/],
    ['for another host', 'other', 'good', /another host/],
    ['of an authority that nobody knows', 'certificate', 'none', /not trusted/],
  ] as const)('%s', async (_, name, authority, message) => {
    const made = testbed.get();
    const front = await startTlsFront(made[name], made.minio.port);
    const ca = authority === 'good' ? await readFile(made.certificate.caFile, 'utf8') : undefined;
    const context = { dial: dialTo({ 'minio.example': front.port }) };
    const s3 = { endpoint: 'https://minio.example' };
    const { findings, result } = await run({ s3, context, options: ca === undefined ? {} : { ca } });
    expect(findings).toEqual([`${S3}.tls fail`]);
    expect(String(result(`${S3}.tls`).remedy).includes('s3.caFile')).toBe(authority === 'none');
    expect(result(`${S3}.tls`).message).toMatch(message);
    await front.stop();
  });

  it.each([
    ['the one of the file', 'certificate', []],
    ['another than the file names', 'stranger', ['tls fail']],
    ['not to be read', 'nowhere', ['tls fail']],
  ] as const)('are signed by a private CA: %s', async (_, name, expected) => {
    const { minio, certificate, folder } = testbed.get();
    const stranger = await makeCertificate(await below(folder, `ca-${name}`), ['stranger.example']);
    const front = await startTlsFront(certificate, minio.port);
    const context = { dial: dialTo({ 'minio.example': front.port }) };
    const caFile = { certificate: certificate.caFile, stranger: stranger.caFile, nowhere: './nowhere.pem' }[name];
    const { findings, result } = await run({ s3: { endpoint: 'https://minio.example', caFile }, context });
    expect(findings).toEqual(expected.map((id) => `${S3}.${id}`));
    if (name === 'nowhere') expect(result(`${S3}.tls`).message).toContain('caFile ./nowhere.pem cannot be read');
    await front.stop();
  });

  it('are only for the endpoint, so that virtual hosts fail and paths would work', async () => {
    const { minio, folder } = testbed.get();
    const certificate = await makeCertificate(await below(folder, 'narrow'), ['minio.example']);
    const front = await startTlsFront(certificate, minio.port);
    const options = { ca: await readFile(certificate.caFile, 'utf8') };
    const context = { dial: dialTo({ 'minio.example': front.port }) };
    const s3 = { endpoint: 'https://minio.example', addressStyle: 'virtual' };
    expect((await run({ s3, context, options })).findings).toEqual([`${S3}.address-style fail`]);
    await front.stop();
  });

  it('are missing at a port without TLS', async () => {
    const { minio } = testbed.get();
    const { findings } = await run({ s3: { endpoint: `https://127.0.0.1:${minio.port}` } });
    expect(findings).toEqual([`${S3}.tls fail`]);
  });
});

describe('a risk for the objects', () => {
  const alone = (name: string): JsonObject => ({ bucket: name, pluginBucket: name });
  const openTo = (name: string, resource: string) => {
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { AWS: ['*'] },
        Action: ['s3:GetObject'],
        Resource: [`arn:aws:s3:::${name}/${resource}`],
      },
    ];
    return JSON.stringify({ Version: '2012-10-17', Statement });
  };
  const rule = (inside: string) =>
    `<LifecycleConfiguration><Rule><ID>tidy</ID><Status>Enabled</Status>${inside}</Rule></LifecycleConfiguration>`;
  const days = '<Expiration><Days>30</Days></Expiration>';

  it.each<
    readonly [what: string, name: string, set: readonly [string, string] | undefined, findings: readonly string[]]
  >([
    ['versioning that is off', 'unversioned', undefined, ['versioning fail']],
    ['versioning that is suspended', 'suspended', ['versioning=', versioningAs('Suspended')], ['versioning fail']],
    [
      'a bucket that anybody reads',
      'public',
      ['policy=', openTo('public', '*')],
      ['versioning fail', 'public-access fail'],
    ],
    [
      'a bucket of which anybody reads a part',
      'partly',
      ['policy=', openTo('partly', 'upload_files/*')],
      ['versioning fail', 'public-access warn'],
    ],
    [
      'a rule that deletes everything',
      'expiring',
      ['lifecycle=', rule(`<Filter><Prefix></Prefix></Filter>${days}`)],
      ['versioning fail', 'lifecycle fail'],
    ],
    [
      "a rule for Dify's uploads",
      'uploads',
      ['lifecycle=', rule(`<Filter><Prefix>upload_files/</Prefix></Filter>${days}`)],
      ['versioning fail', 'lifecycle fail'],
    ],
    [
      "a rule for what is none of Dify's",
      'logs',
      ['lifecycle=', rule(`<Filter><Prefix>logs/</Prefix></Filter>${days}`)],
      ['versioning fail'],
    ],
  ])('%s', async (_, name, set, expected) => {
    const { minio } = testbed.get();
    await minio.addBucket(name);
    if (set !== undefined) {
      const [query, body] = set;
      expect((await minio.request('PUT', `/${name}`, { query, body })).status).toBeLessThan(300);
    }
    const { findings } = await run({ user: 'full', s3: alone(name) });
    expect(findings).toEqual([PLAIN, ...expected.map((one) => `${S3}.${one}`)]);
  });

  it.each([
    [1, ['lifecycle warn']],
    [30, []],
  ])(
    'is a rule that deletes old versions after %d days, while the database can be restored for 14',
    async (kept, expected) => {
      const { minio } = testbed.get();
      const name = `forgetting-${kept}`;
      await minio.addBucket(name, { versioning: true });
      const old = `<NoncurrentVersionExpiration><NoncurrentDays>${kept}</NoncurrentDays></NoncurrentVersionExpiration>`;
      const body = rule(`<Filter><Prefix></Prefix></Filter>${old}`);
      expect((await minio.request('PUT', `/${name}`, { query: 'lifecycle=', body })).status).toBe(200);
      const { findings } = await run({ user: 'full', s3: alone(name) });
      expect(findings).toEqual([PLAIN, ...expected.map((one) => `${S3}.${one}`)]);
    },
  );

  it('is versioning that is off, also if the key may not read it', async () => {
    const { findings, result } = await run({ s3: alone('unversioned') });
    expect(findings).toEqual([PLAIN, `${S3}.versioning fail`]);
    expect(result(`${S3}.versioning`).remedy).toContain('put-bucket-versioning --bucket unversioned');
  });

  it('is declared, not seen, if a managed storage shows neither versions nor its settings', async () => {
    const managed = { by: 'a cloud', ha: true, backups: true };
    const { findings, result } = await run({ s3: alone('unversioned'), managed });
    expect(findings).toEqual([PLAIN, `${S3}.versioning warn`]);
    expect(result(`${S3}.versioning`).remedy).toContain('get-bucket-versioning --bucket unversioned');
  });

  it('is a second copy that is planned and does not exist', async () => {
    const recovery = { replication: 'cross-region' };
    expect((await run({ user: 'full', recovery })).findings).toEqual([PLAIN, `${S3}.replication fail`]);
    // A key for objects alone may not ask: declared, not seen.
    expect((await run({ recovery })).findings).toEqual([PLAIN, `${S3}.replication warn`]);
  });
});

describe('a storage that does not answer', () => {
  it('ends at the time limit, over http and https', async () => {
    const listener = await startListener();
    for (const [scheme, id] of [
      ['http', 'login'],
      ['https', 'tls'],
    ]) {
      const s3 = { endpoint: `${scheme}://127.0.0.1:${listener.port}` };
      const { findings } = await run({ s3, options: { limitMs: 200 } });
      expect(findings.at(-1)).toBe(`${S3}.${id} fail`);
    }
    await listener.stop();
  });

  it('is left to the check of connections', async () => {
    const { results } = await run({ s3: { endpoint: 'http://127.0.0.1:1' } });
    expect(results.filter(({ status }) => status !== 'skip').map(({ id }) => id)).toEqual([`${S3}.tls`]);
    const nowhere = { endpoint: 'http://minio.example', addressStyle: 'virtual' };
    expect((await run({ s3: nowhere, context: { dial: dialTo({}) } })).findings).toEqual([PLAIN]);
  });

  it('speaks a product other than S3', async () => {
    const { minio } = testbed.get();
    const { result } = await run({ s3: { endpoint: `http://127.0.0.1:${minio.consolePort}` } });
    expect(result(`${S3}.login`)).toMatchObject({ status: 'fail' });
  });
});

describe('keys that only a pod has', () => {
  it('are declared, not seen', async () => {
    const { minio } = testbed.get();
    const s3 = { endpoint: minio.endpoint, bucket: 'dify', region: REGION, identity: 'workload' };
    const { findings, result } = await runStorage({ deployment: withStorage({ provider: 's3', s3 }), secrets: {} });
    expect(findings).toEqual([PLAIN, `${S3}.login warn`, `${S3}.versioning warn`]);
    expect(result(`${S3}.login`).remedy).toContain('docker compose -p dify exec api python -c');
  });
});

function versioningAs(status: string): string {
  return `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
}

/** A name server that knows this one name and none below it. */
function exactly(name: string, port: number): Dial {
  const known = dialTo({ [name]: port });
  return (host, at, options) =>
    host === name
      ? known(host, at, options)
      : Promise.reject(new ProbeError('resolve', 'ENOTFOUND', `${host} does not resolve`));
}
