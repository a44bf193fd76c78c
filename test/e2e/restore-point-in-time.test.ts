import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentText } from '../../src/base/document.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { TENANT_VECTOR } from '../backup/invariants/vectors.ts';
import { runCli } from '../support/cli.ts';
import { MAIN_SQL, PLUGIN_SQL, TENANT, writeSecretKey } from '../support/dify-data.ts';
import { CLASS, knowledgeSql } from '../support/knowledge-base.ts';
import { createRecorder } from '../support/recorder.ts';
import { startWriter, type UploadWriter } from '../support/upload-writer.ts';
import {
  destroyProject,
  EVERY_INVARIANT,
  firstUploads,
  invariantsOf,
  postflightOf,
} from '../support/whole-installation.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startElasticsearch } from '../testbed/services/elasticsearch.ts';
import { ELASTIC_PASSWORD, startElasticFront } from '../testbed/services/fake-elastic-front.ts';
import { startMinio } from '../testbed/services/minio.ts';
import { startArchived } from '../testbed/services/pgbackrest.ts';
import { startRedis } from '../testbed/services/redis.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const PASSWORD = 'only-for-this-test';
const ROLE = `CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PASSWORD}'`;
/** Where the files are that are uploaded all the time. */
const LIVE = `upload_files/${TENANT}/live`;
/** Elasticsearch's index of the knowledge base. */
const INDEX = `/${CLASS.toLowerCase()}`;
/** Milliseconds for installs, which start all containers, on a machine that runs other tests. */
const SLOW_MS = 600_000;

const engine = useSharedDockerHost(composeImages(), { startInterval: true });

/**
 * The data services of an installation, which its containers reach: PostgreSQL with an archive, MinIO with versions,
 * Elasticsearch and Redis. A folder with the age key, and the programs: restic is recorded.
 */
const testbed = useTestbed(
  async () => {
    const bind = engine.docker.gateway;
    const [archived, minio, elasticsearch, redis, { restic }, rclone, folder, [port = 0]] = await Promise.all([
      startArchived({ track_commit_timestamp: 'on' }, { bind }),
      startMinio({ bind, buckets: ['dify', 'dify-plugin'], versioning: true }),
      startElasticsearch(),
      startRedis({ bind }),
      ensure(['restic']),
      debianTree(DEBIAN_SETS.rclone),
      serviceFolder('point-in-time'),
      freePorts(1, new Set()),
    ]);
    const front = await startElasticFront(elasticsearch.url, undefined, undefined, bind);
    const recorder = await createRecorder({ restic });
    const identity = await generateX25519Identity();
    await writeFile(path.join(folder, 'key.txt'), `${identity}\n`);
    await writeFile(path.join(folder, 'repository-password'), 'only-for-the-repository');
    const programs = [recorder.folder, archived.programs, path.join(rclone.root, 'usr/bin')].join(':');
    const services = { archived, minio, elasticsearch, front, redis };
    return { ...services, recorder, folder, port, programs, recipient: await identityToRecipient(identity) };
  },
  async ({ archived, minio, elasticsearch, front, redis, recorder, folder }) => {
    for (const service of [archived, minio, front, elasticsearch, redis]) await service.stop();
    await recorder.remove();
    await removeFolder(folder);
  },
);

function file(): object {
  const { archived, minio, front, redis, port: httpPort, recipient } = testbed.get();
  const { host, port } = archived.postgres;
  return {
    ...{ apiVersion: 'difyctl/v1', name: 'dify', tier: 'test' },
    target: { type: 'compose', directory: './dify', httpPort, bindAddress: '127.0.0.1' },
    postgres: { mode: 'external', host, port, password: { env: 'DIFY_PG_PASSWORD' } },
    redis: { mode: 'external', host: redis.host, port: redis.port, password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: {
      provider: 's3',
      s3: {
        ...{ endpoint: minio.endpoint, bucket: 'dify', region: minio.region, addressStyle: 'path' },
        ...{ accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } },
      },
    },
    vectorStore: {
      ...{ mode: 'external', provider: 'elasticsearch' },
      elasticsearch: { url: front.url, password: { env: 'DIFY_ES_PASSWORD' } },
    },
    recovery: {
      rpo: '15m',
      postgres: { method: 'pitr', pgbackrest: { stanza: 'dify', config: archived.config, user: archived.user } },
      backup: {
        ...{ repository: './repository', password: { file: './repository-password' }, objects: 'versions' },
        recipients: [recipient],
      },
      vectorStore: { strategy: 'snapshot', interval: '24h' },
    },
  };
}

const at = (...parts: readonly string[]): string => path.join(testbed.get().folder, ...parts);
const query = (sql: string, database?: string): Promise<string> => testbed.get().archived.postgres.query(sql, database);

function difyctl(...argv: readonly string[]) {
  const { archived, programs, folder, minio, redis } = testbed.get();
  const { env, bin } = engine.docker;
  const secrets = {
    ...{ DIFY_PG_PASSWORD: PASSWORD, DIFY_REDIS_PASSWORD: redis.password, DIFY_ES_PASSWORD: ELASTIC_PASSWORD },
    ...{ DIFY_S3_ACCESS_KEY: minio.accessKey, DIFY_S3_SECRET_KEY: minio.secretKey },
  };
  const PATH = `${bin}:${programs}:/usr/sbin:/usr/bin:/bin`;
  return runCli(argv, {
    cwd: folder,
    env: { ...archived.env, ...env, ...secrets, PATH, HOME: folder },
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

async function keysOf(bucket: string): Promise<readonly string[]> {
  const xml = await request('GET', `/${bucket}`, 'list-type=2');
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
}

/** The keys of what was uploaded all the time. */
const live = async (): Promise<readonly string[]> =>
  (await keysOf('dify')).filter((key) => key.startsWith(LIVE)).toSorted();

/** The segments of these vectors. */
async function vectors(): Promise<readonly string[]> {
  const { elasticsearch } = testbed.get();
  await elasticsearch.ask('POST', `${INDEX}/_refresh`);
  const found = await elasticsearch.ask('GET', `${INDEX}/_search?size=10000&_source=false`);
  return (found as { hits: { hits: readonly { _id: string }[] } }).hits.hits.map(({ _id }) => _id);
}

/** Writes files, rows and vectors all the time. */
function startWriting(): UploadWriter {
  const { elasticsearch } = testbed.get();
  return startWriter({
    folder: LIVE,
    put: async (key, text) => void (await request('PUT', `/dify/${key}`, '', text)),
    query: (statements) => query(statements, 'dify'),
    embed: (segment, vector) => elasticsearch.ask('PUT', `${INDEX}/_doc/${segment}`, { vector, page: segment }),
  });
}

const IDENTITY = ['--identity', 'key.txt'] as const;

describe('an installation with PostgreSQL and its archive, a bucket with versions, Elasticsearch and Redis', () => {
  let uploads: UploadWriter | undefined;
  let moment = '';
  let expected: readonly string[] = [];
  let segments: readonly string[] = [];

  beforeAll(async () => {
    const { folder, elasticsearch } = testbed.get();
    await writeFile(at('difyctl.yaml'), documentText(file()));
    await query(ROLE);
    for (const name of ['dify', 'dify_plugin']) await query(`CREATE DATABASE ${name} OWNER dify`);
    await query(`SET ROLE dify; ${MAIN_SQL} ${knowledgeSql('elasticsearch', 0)}`, 'dify');
    await query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
    await writeSecretKey(folder);
    await request('PUT', `/dify/privkeys/${TENANT}/private.pem`, '', TENANT_VECTOR.privateKey);
    for (const n of [1, 2, 3]) await request('PUT', `/dify/upload_files/${TENANT}/${n}.txt`, '', `file ${n}`);
    await request('PUT', '/dify-plugin/plugin/langgenius/openai:0.2.8@1cb2f90e', '', 'a package');
    const location = elasticsearch.repository;
    await elasticsearch.ask('PUT', '/_snapshot/difyctl', { type: 'fs', settings: { location } });
    const vector = { type: 'dense_vector', dims: 3, index: true, similarity: 'cosine' };
    await elasticsearch.ask('PUT', INDEX, { mappings: { properties: { vector } } });
  });
  afterAll(() => uploads?.stop());

  it(
    'is installed',
    async () => {
      const { code, stderr } = await difyctl('install', '--yes');
      expect(code, stderr).toBe(0);
    },
    SLOW_MS,
  );

  it('is backed up while it is written to, before and after the stated second', async () => {
    const { recorder, archived } = testbed.get();
    uploads = startWriting();
    await uploads.another();
    // The databases are copied, and the vectors are not.
    const held = await recorder.hold('^restic backup .*part=plugin-storage');
    const backup = difyctl('backup', '-o', 'json');
    await Promise.race([held.reached(), backup]);
    const second = Math.floor(Date.now() / 1_000) + 1;
    moment = new Date(second * 1_000).toISOString();
    await poll('the moment', async () => (Date.now() > (second + 1) * 1_000 ? true : undefined));
    await uploads.another();
    await held.release();
    const made = await backup;
    expect(made.code, made.stderr).toBe(0);
    await uploads.another();
    await uploads.stop();
    const isBefore = `pg_xact_commit_timestamp(xmin) <= '${moment}'`;
    const keys = `SELECT key FROM upload_files WHERE ${isBefore} AND key LIKE '${LIVE}%' ORDER BY 1`;
    expected = (await query(keys, 'dify')).split('\n');
    segments = (await query(`SELECT id FROM document_segments WHERE ${isBefore} ORDER BY 1`, 'dify')).split('\n');
    expect(firstUploads(uploads, 'key', expected)).toBeGreaterThan(0);
    expect(uploads.done.length).toBeGreaterThan(expected.length + 2);
    await archived.archiveNow();
  });

  it('is destroyed', async () => {
    const { archived, elasticsearch, redis, folder } = testbed.get();
    await destroyProject(engine.docker, folder);
    await archived.replace();
    await query(ROLE);
    for (const bucket of ['dify', 'dify-plugin'])
      for (const key of await keysOf(bucket)) await request('DELETE', `/${bucket}/${key}`);
    await elasticsearch.ask('DELETE', INDEX);
    await redis.command('FLUSHALL');
    expect(await live()).toEqual([]);
    expect(await query("SELECT count(*) FROM pg_database WHERE datname LIKE 'dify%'")).toBe('0');
    expect((await readdir(folder)).filter((name) => name.includes('dify'))).toEqual(['difyctl.yaml']);
  });

  it('is not restored to a time that the archive does not reach', async () => {
    const now = new Date().toISOString();
    const { code, stderr } = await difyctl('restore', '--at', now, '--yes', ...IDENTITY);
    expect(stderr).toContain(`the archive dify does not reach ${now}: its WAL ends at`);
    expect(code).toBe(2);
    expect(await query("SELECT count(*) FROM pg_database WHERE datname LIKE 'dify%'")).toBe('0');
  });

  it('is restored to the stated second, and shows the last row, the last object and the loss', async () => {
    const { code, stdout, stderr } = await difyctl('restore', '--at', moment, '--yes', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const { commonPoint, reach, newest, steps } = JSON.parse(stdout);
    expect(reach).toEqual({
      ...{ at: moment, databases: moment, files: moment, vectors: commonPoint },
      ...{ lostSeconds: 0, rpo: '15m', isWithinRpo: true },
    });
    expect(steps.map(({ step }: { step: string }) => step)).toEqual([
      ...['secrets', 'point-in-time', 'postgres-main', 'postgres-plugin', 'objects', 'private-keys', 'plugin-storage'],
      'vectors',
    ]);
    const rows = await query(`SELECT key FROM upload_files WHERE key LIKE '${LIVE}%' ORDER BY 1`, 'dify');
    expect(rows.split('\n')).toEqual(expected);
    expect((await query('SELECT id FROM document_segments ORDER BY 1', 'dify')).split('\n')).toEqual(segments);
    // The writer may have stored one object whose row came after the stated time.
    const keys = await live();
    expect(keys.slice(0, expected.length)).toEqual(expected);
    expect(keys.length - expected.length).toBeLessThan(2);
    for (const { key, text } of uploads?.done.slice(0, keys.length) ?? [])
      expect(await request('GET', `/dify/${key}`)).toBe(text);
    expect(newest).toMatchObject({ row: { table: 'upload_files' }, object: { key: keys.at(-1) } });
    expect([newest.row.at <= moment, newest.object.at <= moment]).toEqual([true, true]);
    expect(invariantsOf(stdout)).toEqual(EVERY_INVARIANT);
  });

  it('has the vector of each segment, and those that were stored until the set had a copy', async () => {
    const found = await vectors();
    expect(segments.filter((segment) => !found.includes(segment))).toEqual([]);
    expect(uploads && firstUploads(uploads, 'segment', found)).toBe(found.length);
  });

  it(
    'serves again after an install, and no check of postflight has a finding',
    async () => {
      const { code, stderr } = await difyctl('install', '--yes');
      expect(code, stderr).toBe(0);
      const postflight = await difyctl('postflight', '-o', 'json');
      expect(postflight.code, postflight.stderr).toBe(0);
      const { passed, findings } = postflightOf(postflight.stdout);
      expect(findings).toEqual({});
      expect(passed).toBeGreaterThan(20);
    },
    SLOW_MS,
  );

  it('is drilled at the stated second beside what was restored', async () => {
    const { code, stdout, stderr } = await difyctl('drill', '--at', moment, '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const { commonPoint, durations, newestRecovered } = JSON.parse(stdout);
    expect(commonPoint).toBe(moment);
    expect(durations.map(({ part }: { part: string }) => part)).toEqual([
      ...['point-in-time', 'postgres-main', 'postgres-plugin', 'objects', 'plugin-storage', 'vectors'],
    ]);
    expect(newestRecovered.at <= moment).toBe(true);
    expect(invariantsOf(stdout)).toEqual(EVERY_INVARIANT);
    expect(await query("SELECT count(*) FROM pg_database WHERE datname LIKE 'difyctl_drill%'")).toBe('0');
  });

  it('is not restored if a WAL segment is lost, and nothing is changed', async () => {
    const { repository } = testbed.get().archived;
    const folder = path.join(repository, 'archive/dify/15-1');
    const segments = (await readdir(folder, { recursive: true }))
      .filter((name) => /\/[0-9A-F]{24}-[0-9a-f]{40}/.test(name))
      .toSorted();
    await rm(path.join(folder, segments.at(-2) ?? ''));
    const named = ['--yes', '--name', 'dify'];
    const { code, stderr } = await difyctl('restore', '--at', moment, ...named, ...IDENTITY);
    expect(stderr).toContain('it lacks WAL segments between');
    expect(code).toBe(2);
    expect(await query("SELECT count(*) FROM pg_database WHERE datname LIKE 'dify%'")).toBe('2');
  });
});
