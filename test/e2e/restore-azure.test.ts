import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentText } from '../../src/base/document.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { elements, textOf } from '../../src/storage/xml.ts';
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
import { startAzurite } from '../testbed/services/azurite.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { pgvectorPostgres } from '../testbed/services/postgres-installation.ts';
import { startRedis } from '../testbed/services/redis.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const PASSWORD = 'only-for-this-test';
const FIRST = `upload_files/${TENANT}`;
/** What Dify's files and the plugin packages are, by their key: one container has both. */
const OBJECTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([1, 2, 3].map((n) => [`${FIRST}/${n}.txt`, `file ${n}`])),
  [`${FIRST}/empty.txt`]: '',
  [`${FIRST}/two words & plus+.txt`]: 'spaces',
  [`${FIRST}/#1 100%25?.txt`]: 'marks of addresses',
  [`${FIRST}/Grüße 名前.txt`]: 'other alphabets',
  'plugin/langgenius/openai:0.2.8@1cb2f90e': 'a package',
};
const ODD = Object.keys(OBJECTS).filter((key) => key.startsWith(FIRST) && !/\/\d\.txt$/.test(key));
const NEWEST = `${FIRST}/empty.txt`;
const NEWEST_ROW = `('${NEWEST}', '2026-11-24 00:00:00')`;
const KEY_FILE = `privkeys/${TENANT}/private.pem`;
/** Where the files are that are uploaded all the time. */
const LIVE = `${FIRST}/live`;
/** pgvector's table of the knowledge base. */
const TABLE = `embedding_${CLASS.toLowerCase()}`;
const COLUMNS = 'id uuid PRIMARY KEY, text text NOT NULL, meta jsonb NOT NULL, embedding vector(3) NOT NULL';
/** Dify's databases, and that of the vectors. */
const DATABASES = ['dify', 'dify_plugin', 'vectors'];
/** Milliseconds for installs, which start all containers, on a machine that runs other tests. */
const SLOW_MS = 600_000;

const engine = useSharedDockerHost(composeImages(), { startInterval: true });

/**
 * The data services of an installation, which its containers reach: PostgreSQL with pgvector, Azurite and Redis. A
 * folder with the age key, and the programs: rclone is recorded.
 */
const testbed = useTestbed(
  async () => {
    const bind = engine.docker.gateway;
    const [postgres, azurite, redis, client, { restic }, rclone, folder, [port = 0]] = await Promise.all([
      startPostgres({ bind, password: PASSWORD, from: pgvectorPostgres }),
      startAzurite({ bind }),
      startRedis({ bind }),
      pgvectorPostgres(),
      ensure(['restic']),
      debianTree(DEBIAN_SETS.rclone),
      serviceFolder('azure'),
      freePorts(1, new Set()),
    ]);
    const recorder = await createRecorder({ rclone: path.join(rclone.root, 'usr/bin/rclone') });
    const identity = await generateX25519Identity();
    await writeFile(path.join(folder, 'key.txt'), `${identity}\n`);
    await writeFile(path.join(folder, 'repository-password'), 'only-for-the-repository');
    const programs = [recorder.folder, client.programs, path.dirname(restic)].join(':');
    const services = { postgres, azurite, redis };
    return { ...services, folder, port, client, programs, recorder, recipient: await identityToRecipient(identity) };
  },
  async ({ postgres, azurite, redis, folder, recorder }) => {
    for (const service of [postgres, azurite, redis]) await service.stop();
    await recorder.remove();
    await removeFolder(folder);
  },
);

function file({ backup, managed, recovery }: { backup?: object; managed?: object; recovery?: object } = {}): object {
  const { postgres, azurite, redis, port: httpPort, recipient } = testbed.get();
  const { accountName, accountUrl } = azurite;
  const azureBlob = { accountName, accountUrl, container: 'dify', accountKey: { env: 'DIFY_AZURE_KEY' } };
  const login = {
    host: postgres.host,
    port: postgres.port,
    username: 'postgres',
    password: { env: 'DIFY_PG_PASSWORD' },
  };
  return {
    ...{ apiVersion: 'difyctl/v1', name: 'dify', tier: 'test' },
    target: { type: 'compose', directory: './dify', httpPort, bindAddress: '127.0.0.1' },
    postgres: { mode: 'external', ...login, ...managed },
    redis: { mode: 'external', host: redis.host, port: redis.port, password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: { provider: 'azure-blob', azureBlob },
    vectorStore: { mode: 'external', provider: 'pgvector', pgvector: { ...login, database: 'vectors' } },
    recovery: {
      backup: {
        ...{ repository: './repository', password: { file: './repository-password' } },
        ...{ recipients: [recipient], ...backup },
      },
      vectorStore: { strategy: 'snapshot', interval: '24h' },
      ...recovery,
    },
  };
}

const at = (...parts: readonly string[]): string => path.join(testbed.get().folder, ...parts);
const query = (sql: string, database?: string): Promise<string> => testbed.get().postgres.query(sql, database);

function difyctl(...argv: readonly string[]) {
  const { client, programs, folder, azurite, redis } = testbed.get();
  const { env, bin } = engine.docker;
  return runCli(argv, {
    cwd: folder,
    env: {
      ...{ ...client.env, ...env, PATH: `${bin}:${programs}:/usr/bin:/bin`, HOME: folder },
      ...{ DIFY_PG_PASSWORD: PASSWORD, DIFY_AZURE_KEY: azurite.accountKey, DIFY_REDIS_PASSWORD: redis.password },
    },
    now: () => new Date(),
  });
}

const encoded = (key: string): string => `/dify/${key.split('/').map(encodeURIComponent).join('/')}`;

async function put(key: string, body: string): Promise<void> {
  await testbed.get().azurite.request('PUT', encoded(key), { headers: { 'x-ms-blob-type': 'BlockBlob' }, body });
}

/** The contents of each blob of the container, by its name. */
async function contents(): Promise<Readonly<Record<string, string>>> {
  const { azurite } = testbed.get();
  const list = await azurite.request('GET', '/dify', { query: 'restype=container&comp=list' });
  const keys = elements(list, 'Blob').map((blob) => textOf(blob, 'Name') ?? '');
  return Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await azurite.request('GET', encoded(key))] as const)),
  );
}

/** Names of those of Dify's databases that exist. */
const databases = (): Promise<string> =>
  query(`SELECT datname FROM pg_database WHERE datname IN ('${DATABASES.join("', '")}') ORDER BY 1`);

/** The first column of a statement's rows. */
const column = async (sql: string, database: string): Promise<readonly string[]> =>
  (await query(sql, database)).split('\n').filter((line) => line !== '');

/** Writes files, rows and vectors all the time. */
function startWriting(): UploadWriter {
  return startWriter({
    folder: LIVE,
    put,
    query: (statements) => query(statements, 'dify'),
    embed: (segment, vector) =>
      query(`INSERT INTO ${TABLE} VALUES ('${segment}', 'a text', '{}', '${JSON.stringify(vector)}')`, 'vectors'),
  });
}

const IDENTITY = ['--identity', 'key.txt'] as const;

describe('an installation with PostgreSQL, a container of Azure Blob, pgvector and Redis', () => {
  let uploads: UploadWriter | undefined;
  let commonPoint = '';

  beforeAll(async () => {
    await writeFile(at('difyctl.yaml'), documentText(file()));
    await writeFile(at('versions.yaml'), documentText(file({ backup: { objects: 'versions' } })));
    for (const name of DATABASES) await query(`CREATE DATABASE ${name}`);
    await query(`${MAIN_SQL} ${knowledgeSql('pgvector', 0)}`, 'dify');
    const rows = ODD.filter((key) => key !== NEWEST).map((key) => `('${key}', '2026-11-23 00:00:00')`);
    await query(`INSERT INTO upload_files (key, created_at) VALUES ${[...rows, NEWEST_ROW].join(', ')}`, 'dify');
    await query(PLUGIN_SQL, 'dify_plugin');
    await query(`CREATE EXTENSION vector; CREATE TABLE ${TABLE} (${COLUMNS})`, 'vectors');
    await writeSecretKey(testbed.get().folder);
    await testbed.get().azurite.addContainer('dify');
    for (const [key, text] of Object.entries({ ...OBJECTS, [KEY_FILE]: TENANT_VECTOR.privateKey }))
      await put(key, text);
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

  it('is backed up while it is written to, and its private keys are only in the secrets', async () => {
    uploads = startWriting();
    await uploads.another();
    const { code, stdout, stderr } = await difyctl('backup', '-o', 'json');
    expect(code, stderr).toBe(0);
    await uploads.another();
    await uploads.stop();
    const { parts, ...manifest } = JSON.parse(stdout).manifest;
    ({ commonPoint } = manifest);
    const partOf = (name: string) => parts.find(({ part }: { part: string }) => part === name);
    expect(partOf('objects')).toMatchObject({
      ...{ mechanism: 'copied', details: { provider: 'azure-blob', bucket: 'dify' } },
    });
    expect(partOf('vectors')).toMatchObject({ mechanism: 'copied', details: { provider: 'pgvector', lacking: 0 } });
  });

  it('has no versions of objects that a set could name', async () => {
    const { code, stderr } = await difyctl('backup', '--config', 'versions.yaml');
    expect(stderr).toContain(
      'recovery.backup.objects is versions, and difyctl reads versions only over S3; objectStorage is azure-blob',
    );
    expect(code).toBe(2);
  });

  it('is destroyed', async () => {
    const { azurite, redis, folder } = testbed.get();
    await destroyProject(engine.docker, folder);
    await azurite.request('DELETE', '/dify', { query: 'restype=container' });
    for (const name of DATABASES) await query(`DROP DATABASE ${name}`);
    await redis.command('FLUSHALL');
    expect(await databases()).toBe('');
    expect((await readdir(folder)).filter((name) => name.includes('dify'))).toEqual(['difyctl.yaml']);
  });

  it('is not restored into a container that does not exist', async () => {
    const { code, stderr } = await difyctl('restore', 'latest', '--yes', ...IDENTITY);
    expect(stderr).toContain('the bucket dify does not exist');
    expect(stderr).toContain('az storage container create --account-name difytests --name dify');
    expect(code).toBe(2);
    expect(await databases()).toBe('');
  });

  it('is not restored before the database of the vectors exists', async () => {
    const { azurite, postgres } = testbed.get();
    await azurite.addContainer('dify');
    const { code, stdout } = await difyctl('restore', 'latest', '--yes', '-o', 'json', ...IDENTITY);
    const { message, problems, next } = JSON.parse(stdout);
    const where = `pgvector at ${postgres.host}:${postgres.port}`;
    expect({ message, problems, next }).toMatchObject({
      message: 'the restore cannot begin; nothing was changed',
      problems: [{ path: 'vectors', message: `the database vectors of ${where} does not exist` }],
      next: expect.arrayContaining([`createdb -h ${postgres.host} -p ${postgres.port} -U postgres vectors`]),
    });
    expect(code).toBe(2);
    expect(await databases()).toBe('');
  });

  it('has every row, object and vector as of the time of the set again after a restore', async () => {
    await query('CREATE DATABASE vectors');
    const { code, stdout, stderr } = await difyctl('restore', 'latest', '--yes', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(invariantsOf(stdout)).toEqual(EVERY_INVARIANT);
    if (uploads === undefined) throw new Error('nothing was uploaded');
    const { done } = uploads;
    const rows = await column(`SELECT key FROM upload_files WHERE key LIKE '${LIVE}/%'`, 'dify');
    const count = firstUploads(uploads, 'key', rows) ?? 0;
    const earlier = done.filter(({ committedAt }) => committedAt < Date.parse(commonPoint));
    expect(earlier.length).toBeGreaterThan(0);
    expect(count).toBeGreaterThanOrEqual(earlier.length);
    expect(count).toBeLessThan(done.length);
    const segments = await column('SELECT id FROM document_segments', 'dify');
    expect(firstUploads(uploads, 'segment', segments)).toBe(count);
    // Objects and vectors that were stored later than the rows may be there too.
    const { [KEY_FILE]: key, ...found } = await contents();
    const live = Object.keys(found).filter((name) => name.startsWith(LIVE));
    expect(firstUploads(uploads, 'key', live)).toBeGreaterThanOrEqual(count);
    const uploaded = Object.fromEntries(done.slice(0, live.length).map((upload) => [upload.key, upload.text]));
    expect(found).toEqual({ ...OBJECTS, ...uploaded });
    expect(key).toBe(TENANT_VECTOR.privateKey);
    const vectors = await column(`SELECT id FROM ${TABLE}`, 'vectors');
    expect(firstUploads(uploads, 'segment', vectors)).toBeGreaterThanOrEqual(count);
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

  it('is verified by a drill', async () => {
    const { code, stdout, stderr } = await difyctl('drill', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(invariantsOf(stdout)).toEqual(EVERY_INVARIANT);
  });

  describe('beside databases that the provider restores', () => {
    const managed = ['--config', 'managed.yaml', ...IDENTITY] as const;
    const failed = (report: string) => invariantsOf(report).filter((line) => !line.endsWith(' pass'));

    beforeAll(async () => {
      const { azurite, folder } = testbed.get();
      const recovery = {
        vectorStore: { strategy: 'rebuild' },
        postgres: { method: 'pitr', interval: '5m', retention: '14d' },
      };
      const backup = { postgres: 'managed', repository: './repository-managed' };
      await writeFile(
        at('managed.yaml'),
        documentText(file({ backup, managed: { managed: { by: 'rds' } }, recovery })),
      );
      await destroyProject(engine.docker, folder);
      await mkdir(at('dify'));
      await writeSecretKey(folder);
      await query(`DELETE FROM upload_files WHERE key LIKE '${LIVE}/%'; DELETE FROM document_segments`, 'dify');
      const live = Object.keys(await contents()).filter((key) => key.startsWith(LIVE));
      await Promise.all(live.map((key) => azurite.request('DELETE', encoded(key))));
    });

    it('is backed up without dumps, and the set says what restores the databases', async () => {
      const { code, stdout, stderr } = await difyctl('backup', '--config', 'managed.yaml', '-o', 'json');
      expect(code, stderr).toBe(0);
      const { parts } = JSON.parse(stdout).manifest;
      expect(parts.slice(0, 2)).toMatchObject(
        ['main', 'plugin'].map((which) => ({
          ...{ part: `postgres-${which}`, mechanism: 'managed', engine: 'rds', bytes: 0 },
          details: {
            ...(which === 'main' ? { newestRow: '2026-11-24T00:00:00Z', newestTable: 'upload_files' } : {}),
            ...{ database: which === 'main' ? 'dify' : 'dify_plugin', reason: 'rds restores it' },
            ...{ method: 'pitr', retention: '14d', walLevel: 'replica', archiveMode: 'off' },
          },
        })),
      );
    });

    it('is verified by no drill, because the set has no dump', async () => {
      const { code, stderr } = await difyctl('drill', ...managed);
      expect(stderr).toContain('difyctl has no copy of it (rds restores it)');
      expect(code).toBe(2);
    });

    it('is not restored before the databases are', async () => {
      const { azurite } = testbed.get();
      for (const key of Object.keys(await contents())) await azurite.request('DELETE', encoded(key));
      for (const name of ['dify', 'dify_plugin']) await query(`ALTER DATABASE ${name} RENAME TO rds_${name}`);
      await rm(at('.difyctl'), { recursive: true });
      const { code, stderr } = await difyctl('restore', 'latest', '--yes', ...managed);
      expect(stderr).toContain('is not restored: the set has no dump of it, because rds restores it');
      expect(code).toBe(2);
      expect(await contents()).toEqual({});
    });

    it('is restored and verified with the databases of the provider', async () => {
      for (const name of ['dify', 'dify_plugin']) await query(`ALTER DATABASE rds_${name} RENAME TO ${name}`);
      await query(`DELETE FROM upload_files WHERE key = '${NEWEST}'`, 'dify');
      const older = await difyctl('restore', 'latest', '--yes', ...managed);
      expect(older.stderr).toContain('is older than the set: its newest row is of 2026-11-23T00:00:00Z');
      expect(older.code).toBe(2);
      await query(`INSERT INTO upload_files (key, created_at) VALUES ${NEWEST_ROW}`, 'dify');
      const { code, stdout, stderr } = await difyctl('restore', 'latest', '--yes', '-o', 'json', ...managed);
      expect(code, stderr).toBe(0);
      expect(await contents()).toEqual({ ...OBJECTS, [KEY_FILE]: TENANT_VECTOR.privateKey });
      expect(failed(stdout)).toEqual(['vectors skip']);
      expect(JSON.parse(stdout).notRestored).toContain('postgres-main: the set has no copy (rds restores it)');
    });
  });

  it('has its key and its signature in no argument and no variable of rclone', async () => {
    const { recorder, azurite } = testbed.get();
    const calls = await recorder.calls();
    expect(calls.length).toBeGreaterThan(0);
    const seen = calls.flatMap(({ args, env }) => [...args, ...Object.values(env)]).join('\n');
    expect(seen).not.toContain(azurite.accountKey);
    expect(seen).not.toContain('sig=');
  });
});
