import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentText } from '../../src/base/document.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { TENANT_VECTOR } from '../backup/invariants/vectors.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { MAIN_SQL, PLUGIN_SQL, SECRET_KEY, TENANT } from '../support/dify-data.ts';
import { quickenKey } from '../support/quick-key.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startMinio } from '../testbed/services/minio.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const PASSWORD = 'only-for-this-test';
const REPOSITORY_PASSWORD = 'only-for-the-repository';
/** Tables by which a backup recognises Dify's database, besides those that invariants read. */
const ALL_SQL = `${MAIN_SQL} CREATE TABLE accounts (id int, created_at timestamp);`;
const FIRST = `upload_files/${TENANT}`;
const PACKAGE = 'plugin/langgenius/openai:0.2.8@1cb2f90e';

const engine = useSharedDockerHost([]);

/** PostgreSQL, MinIO with versions, a folder with difyctl.yaml, an age key, and the programs. */
const testbed = useTestbed(
  async () => {
    const [postgres, minio, client, { restic }, rclone, folder] = await Promise.all([
      startPostgres(),
      startMinio({ buckets: ['dify', 'dify-plugin', 'elsewhere', 'elsewhere-plugin'], versioning: true }),
      debianPostgres(),
      ensure(['restic']),
      debianTree(DEBIAN_SETS.rclone),
      serviceFolder('versions'),
    ]);
    await postgres.query(`CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
    const identity = await generateX25519Identity();
    await writeFile(path.join(folder, 'key.txt'), `${identity}\n`);
    await writeFile(path.join(folder, 'repository-password'), REPOSITORY_PASSWORD);
    const programs = [client.programs, path.dirname(restic), ...(rclone.env.PATH ?? '').split(':')].join(':');
    return { postgres, minio, folder, client, programs, recipient: await identityToRecipient(identity) };
  },
  async ({ postgres, minio, folder }) => {
    await postgres.stop();
    await minio.stop();
    await removeFolder(folder);
  },
);

/** The file of a project whose files are in `bucket`. */
function file(bucket: string): object {
  const { postgres, minio, recipient } = testbed.get();
  const { host, port } = postgres;
  return {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    ...{ redis: { mode: 'bundled' }, vectorStore: { mode: 'bundled' } },
    target: { type: 'compose', directory: './dify' },
    postgres: { mode: 'external', host, port, password: { env: 'DIFY_PG_PASSWORD' } },
    objectStorage: {
      provider: 's3',
      s3: {
        ...{ endpoint: minio.endpoint, bucket, region: minio.region, addressStyle: 'path' },
        ...{ accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } },
      },
    },
    recovery: {
      rpo: '15m',
      backup: {
        ...{ repository: './repository', password: { file: './repository-password' }, objects: 'versions' },
        recipients: [recipient],
      },
      vectorStore: { strategy: 'rebuild' },
    },
  };
}

const at = (...parts: readonly string[]): string => path.join(testbed.get().folder, ...parts);
const query = (sql: string, database?: string): Promise<string> => testbed.get().postgres.query(sql, database);

function difyctl(...argv: readonly string[]) {
  const { client, programs, folder, minio } = testbed.get();
  const { env, bin } = engine.docker;
  const login = { DIFY_S3_ACCESS_KEY: minio.accessKey, DIFY_S3_SECRET_KEY: minio.secretKey };
  return runCli(argv, {
    cwd: folder,
    env: {
      ...client.env,
      ...env,
      ...login,
      ...{ PATH: `${bin}:${programs}:/usr/bin:/bin`, HOME: folder, DIFY_PG_PASSWORD: PASSWORD },
    },
    now: () => new Date(),
  });
}

/** `key`: `/BUCKET/KEY`, not encoded. */
async function request(method: string, key: string, query = '', body = ''): Promise<string> {
  const encoded = key.split('/').map(encodeURIComponent).join('/');
  const answer = await testbed.get().minio.request(method, encoded, { query, body });
  if (answer.status >= 300) throw new Error(`${method} ${key}?${query}: ${answer.status} ${answer.body}`);
  return answer.body;
}

const put = (key: string, text: string, bucket = 'dify') => request('PUT', `/${bucket}/${key}`, '', text);

/** The contents of each object of a bucket, by its key. Private keys are left out. */
async function contentsOf(bucket: string): Promise<Readonly<Record<string, string>>> {
  const keys = [...(await request('GET', `/${bucket}`, 'list-type=2')).matchAll(/<Key>([^<]*)<\/Key>/g)]
    .map(([, key = '']) => key.replaceAll('&amp;', '&'))
    .filter((key) => !key.startsWith('privkeys/'));
  return Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await request('GET', `/${bucket}/${key}`)] as const)),
  );
}

/** Writes a file as Dify does: the object first, then its row. */
async function upload(name: string, text: string): Promise<void> {
  await put(`${FIRST}/${name}`, text);
  await query(
    `SET ROLE dify; INSERT INTO upload_files (key, created_at) VALUES ('${FIRST}/${name}', clock_timestamp() AT TIME ZONE 'UTC')`,
    'dify',
  );
}

/** Waits for the next second of the clock and returns it, so that objects before and after it have other times. */
async function nextSecond(): Promise<string> {
  const begun = Math.floor(Date.now() / 1_000);
  await poll('the next second', async () => (Date.now() / 1_000 > begun + 2 ? true : undefined));
  return new Date((begun + 1) * 1_000).toISOString().replace('.000Z', 'Z');
}

const IDENTITY = ['--identity', 'key.txt'] as const;

describe('a bucket with versions', () => {
  let [set, moment] = ['', ''];
  let [atSet, atMoment]: Readonly<Record<string, string>>[] = [];

  beforeAll(async () => {
    await writeFile(at('difyctl.yaml'), documentText(file('dify')));
    await writeFile(at('elsewhere.yaml'), documentText(file('elsewhere')));
    for (const name of ['dify', 'dify_plugin']) await query(`CREATE DATABASE ${name} OWNER dify`);
    await query(`SET ROLE dify; ${ALL_SQL}`, 'dify');
    await query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
    await mkdir(at('.difyctl/dify'), { recursive: true, mode: 0o700 });
    const secrets = { 'secrets.secretKey': SECRET_KEY };
    const cache = { kind: 'SecretsCache', version: 1, difyctl: '0.1.0', secrets };
    await writeFile(at('.difyctl/dify/secrets.yaml'), JSON.stringify(cache), { mode: 0o600 });
    await put(`privkeys/${TENANT}/private.pem`, TENANT_VECTOR.privateKey);
    for (const n of [1, 2, 3]) await put(`${FIRST}/${n}.txt`, `file ${n}`);
    await put('upload_files/with space & plus+.txt', 'odd name');
    await put(PACKAGE, 'a package', 'dify-plugin');
  });

  it.each([
    [
      'not versioned',
      'versioning=',
      '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
      'versioning of the bucket dify is suspended; expected enabled',
    ],
    [
      'that forgets too early',
      'lifecycle=',
      '<LifecycleConfiguration><Rule><ID>short</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>',
      'the bucket dify deletes old versions after 30 days; sets are kept for 180 days (recovery.backup.keep)',
    ],
  ])('%s is refused before anything is stored', async (_, setting, body, message) => {
    await request('PUT', '/dify', setting, body);
    const { code, stderr } = await difyctl('backup');
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    await request(
      'PUT',
      '/dify',
      'versioning=',
      '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
    );
    await request('DELETE', '/dify', 'lifecycle=').catch(() => undefined);
  });

  it('is backed up by a list of its versions, and copied nowhere', async () => {
    await upload('deleted.txt', 'deleted after the backup');
    await upload('changed.txt', 'as of the backup');
    const made = await difyctl('backup', '-o', 'json');
    expect(made.code, made.stderr).toBe(0);
    await quickenKey(at('repository'), REPOSITORY_PASSWORD);
    const { manifest } = JSON.parse(made.stdout);
    set = manifest.set;
    atSet = await contentsOf('dify');
    const objects = manifest.parts.find(({ part }: { part: string }) => part === 'objects');
    expect(objects).toMatchObject({
      ...{ mechanism: 'referenced', file: '/objects.versions', files: 6 },
      details: { provider: 's3', bucket: 'dify', endpoint: testbed.get().minio.endpoint },
    });
    const verified = await difyctl('backup', 'verify');
    expect(verified.code, verified.stderr).toBe(0);
  });

  it('is verified by a drill, which reads the versions', async () => {
    await request('DELETE', `/dify/${FIRST}/deleted.txt`);
    await put(`${FIRST}/changed.txt`, 'changed after the backup');
    const { code, stdout, stderr } = await difyctl('drill', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const { invariants, durations } = JSON.parse(stdout);
    expect(invariants.filter(({ status }: { status: string }) => status !== 'pass')).toEqual([
      expect.objectContaining({ id: 'vectors', status: 'skip' }),
    ]);
    expect(durations.map(({ part }: { part: string }) => part)).toContain('objects');
  });

  it('loses every object later', async () => {
    await upload('before.txt', 'written before the moment');
    await put(`${FIRST}/changed.txt`, 'as of the moment');
    atMoment = { ...(await contentsOf('dify')), [`${FIRST}/deleted.txt`]: 'deleted after the backup' };
    moment = await nextSecond();
    await upload('after.txt', 'written after the moment');
    await put(`${FIRST}/changed.txt`, 'encrypted by ransomware');
    for (const bucket of ['dify', 'dify-plugin'])
      for (const key of Object.keys(await contentsOf(bucket))) await request('DELETE', `/${bucket}/${key}`);
    await request('DELETE', `/dify/privkeys/${TENANT}/private.pem`);
    for (const name of ['dify', 'dify_plugin']) await query(`DROP DATABASE ${name}`);
    await rm(at('.difyctl'), { recursive: true });
    expect(await contentsOf('dify')).toEqual({});
  });

  it('has the versions of the set after a restore', async () => {
    const { code, stdout, stderr } = await difyctl('restore', set, '--yes', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(await contentsOf('dify')).toEqual(atSet);
    expect(await contentsOf('dify-plugin')).toEqual({ [PACKAGE]: 'a package' });
    const { newest, invariants } = JSON.parse(stdout);
    expect(newest.object.key).toBe(`${FIRST}/changed.txt`);
    expect(invariants.filter(({ status }: { status: string }) => status === 'fail')).toEqual([]);
  });

  it('is not restored over to another time unless the operator names the deployment', async () => {
    const { code, stderr } = await difyctl('restore', '--at', moment, '--yes', '--part', 'objects', ...IDENTITY);
    expect(stderr).toContain('bucket dify has 6 objects: 2 differ from the set or are missing');
    expect(code).toBe(2);
    expect(await contentsOf('dify')).toEqual(atSet);
  });

  it('has the versions of a stated second, and shows the last row, the last object and the loss', async () => {
    const named = ['--yes', '--name', 'dify'];
    const { code, stdout, stderr } = await difyctl('restore', '--at', moment, ...named, '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(await contentsOf('dify')).toEqual(atMoment);
    const { reach, newest, commonPoint } = JSON.parse(stdout);
    const asked = new Date(moment).toISOString();
    expect(reach).toMatchObject({ at: asked, databases: commonPoint, files: asked, rpo: '15m', isWithinRpo: true });
    expect(newest.object.key).toBe(`${FIRST}/changed.txt`);
    expect(newest.object.at < asked).toBe(true);
    expect(newest.row).toMatchObject({ table: 'upload_files' });
    expect(await query('SELECT max(key) FROM upload_files', 'dify')).toBe(`${FIRST}/deleted.txt`);
  });

  it('is restored into another bucket of the same storage', async () => {
    const elsewhere = ['--config', 'elsewhere.yaml', '--yes', '--part', 'objects,plugin-storage,secrets'];
    const { code, stderr } = await difyctl('restore', set, ...elsewhere, ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(await contentsOf('elsewhere')).toEqual(atSet);
    expect(await contentsOf('elsewhere-plugin')).toEqual({ [PACKAGE]: 'a package' });
  });

  it.each([
    ['before every set', '2020-01-01T00:00:00Z', 'no complete set is as old as 2020-01-01T00:00:00.000Z'],
    ['of the future', '2100-01-01T00:00:00Z', 'is in the future'],
    ['without a zone', '2026-01-01T00:00:00', 'expected a time with its zone'],
  ])('is not restored to a time %s', async (_, time, message) => {
    const { code, stderr } = await difyctl('restore', '--at', time, '--yes', ...IDENTITY);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('is reported as damaged by verify and by a restore if a version is gone', async () => {
    const xml = await request('GET', '/dify', `prefix=${encodeURIComponent(`${FIRST}/1.txt`)}&versions=`);
    for (const [, version] of xml.matchAll(/<VersionId>([^<]*)<\/VersionId>/g))
      await request('DELETE', `/dify/${FIRST}/1.txt`, `versionId=${version}`);
    const verified = await difyctl('backup', 'verify');
    expect(verified.stdout + verified.stderr).toContain(
      `bucket dify lacks 1 version of objects, the first of ${FIRST}/1.txt`,
    );
    expect(verified.code).toBe(6);
    const restored = await difyctl('restore', set, '--yes', '--name', 'dify', '--part', 'objects', ...IDENTITY);
    expect(restored.stderr).toContain(`the bucket lacks 1 version of the set, the first of ${FIRST}/1.txt`);
    expect(restored.code).toBe(2);
  });
});
