import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentText } from '../../src/base/document.ts';
import { elements, textOf } from '../../src/storage/xml.ts';
import { TENANT_VECTOR } from '../backup/invariants/vectors.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { MAIN_SQL, PLUGIN_SQL, TENANT, writeSecretKey } from '../support/dify-data.ts';
import { createRecorder } from '../support/recorder.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startAzurite } from '../testbed/services/azurite.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
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

const engine = useSharedDockerHost([]);

/** PostgreSQL, Azurite, a folder with difyctl.yaml, an age key, and the programs: rclone is recorded. */
const testbed = useTestbed(
  async () => {
    const [postgres, azurite, client, { restic }, rclone, folder] = await Promise.all([
      startPostgres({ password: PASSWORD }),
      startAzurite(),
      debianPostgres(),
      ensure(['restic']),
      debianTree(DEBIAN_SETS.rclone),
      serviceFolder('azure'),
    ]);
    const recorder = await createRecorder({ rclone: path.join(rclone.root, 'usr/bin/rclone') });
    const identity = await generateX25519Identity();
    await writeFile(path.join(folder, 'key.txt'), `${identity}\n`);
    await writeFile(path.join(folder, 'repository-password'), 'only-for-the-repository');
    const programs = [recorder.folder, client.programs, path.dirname(restic)].join(':');
    return { postgres, azurite, folder, client, programs, recorder, recipient: await identityToRecipient(identity) };
  },
  async ({ postgres, azurite, folder, recorder }) => {
    await postgres.stop();
    await azurite.stop();
    await recorder.remove();
    await removeFolder(folder);
  },
);

function file(backup: object = {}, managed: object = {}): object {
  const { postgres, azurite, recipient } = testbed.get();
  const { accountName, accountUrl } = azurite;
  const azureBlob = { accountName, accountUrl, container: 'dify', accountKey: { env: 'DIFY_AZURE_KEY' } };
  return {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    ...{ redis: { mode: 'bundled' }, vectorStore: { mode: 'bundled' } },
    target: { type: 'compose', directory: './dify' },
    postgres: {
      ...{ mode: 'external', host: postgres.host, port: postgres.port, username: 'postgres' },
      ...{ password: { env: 'DIFY_PG_PASSWORD' }, ...managed },
    },
    objectStorage: { provider: 'azure-blob', azureBlob },
    recovery: {
      backup: {
        ...{ repository: './repository', password: { file: './repository-password' } },
        ...{ recipients: [recipient], ...backup },
      },
      vectorStore: { strategy: 'rebuild' },
      postgres: { method: 'pitr', interval: '5m', retention: '14d' },
    },
  };
}

const at = (...parts: readonly string[]): string => path.join(testbed.get().folder, ...parts);
const query = (sql: string, database?: string): Promise<string> => testbed.get().postgres.query(sql, database);

function difyctl(...argv: readonly string[]) {
  const { client, programs, folder, azurite } = testbed.get();
  const { env, bin } = engine.docker;
  return runCli(argv, {
    cwd: folder,
    env: {
      ...{ ...client.env, ...env, PATH: `${bin}:${programs}:/usr/bin:/bin`, HOME: folder },
      ...{ DIFY_PG_PASSWORD: PASSWORD, DIFY_AZURE_KEY: azurite.accountKey },
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

async function failed(report: string): Promise<readonly string[]> {
  const { invariants } = JSON.parse(report);
  return invariants.flatMap(({ id, status }: { id: string; status: string }) => (status === 'pass' ? [] : [id]));
}

const IDENTITY = ['--identity', 'key.txt'] as const;

describe('a container of Azure Blob', () => {
  beforeAll(async () => {
    await writeFile(at('difyctl.yaml'), documentText(file()));
    await writeFile(at('versions.yaml'), documentText(file({ objects: 'versions' })));
    const backup = { postgres: 'managed', repository: './repository-managed' };
    await writeFile(at('managed.yaml'), documentText(file(backup, { managed: { by: 'rds' } })));
    await mkdir(at('dify'));
    for (const name of ['dify', 'dify_plugin']) await query(`CREATE DATABASE ${name}`);
    await query(`${MAIN_SQL} CREATE TABLE accounts (id int, created_at timestamp);`, 'dify');
    const rows = ODD.filter((key) => key !== NEWEST).map((key) => `('${key}', '2026-11-23 00:00:00')`);
    await query(`INSERT INTO upload_files (key, created_at) VALUES ${[...rows, NEWEST_ROW].join(', ')}`, 'dify');
    await query(PLUGIN_SQL, 'dify_plugin');
    await writeSecretKey(testbed.get().folder);
    await testbed.get().azurite.addContainer('dify');
    for (const [key, text] of Object.entries({ ...OBJECTS, [KEY_FILE]: TENANT_VECTOR.privateKey }))
      await put(key, text);
  });

  it('is backed up, and its private keys are only in the secrets', async () => {
    const { code, stdout, stderr } = await difyctl('backup', '-o', 'json');
    expect(code, stderr).toBe(0);
    const { parts } = JSON.parse(stdout).manifest;
    const objects = parts.find(({ part }: { part: string }) => part === 'objects');
    expect(objects).toMatchObject({
      ...{ mechanism: 'copied', files: Object.keys(OBJECTS).length },
      details: { provider: 'azure-blob', bucket: 'dify' },
    });
  });

  it('has no versions that a set could name', async () => {
    const { code, stderr } = await difyctl('backup', '--config', 'versions.yaml');
    expect(stderr).toContain(
      'recovery.backup.objects is versions, and difyctl reads versions only over S3; objectStorage is azure-blob',
    );
    expect(code).toBe(2);
  });

  it('that does not exist is refused before anything is restored', async () => {
    await testbed.get().azurite.request('DELETE', '/dify', { query: 'restype=container' });
    for (const name of ['dify', 'dify_plugin']) await query(`DROP DATABASE ${name}`);
    await rm(at('.difyctl'), { recursive: true });
    const { code, stderr } = await difyctl('restore', 'latest', '--yes', ...IDENTITY);
    expect(stderr).toContain('the bucket dify does not exist');
    expect(stderr).toContain('az storage container create --account-name difytests --name dify');
    expect(code).toBe(2);
    expect(await query("SELECT count(*) FROM pg_database WHERE datname LIKE 'dify%'")).toBe('0');
  });

  it('has every object again after a restore into a new container', async () => {
    await testbed.get().azurite.addContainer('dify');
    const { code, stdout, stderr } = await difyctl('restore', 'latest', '--yes', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(await contents()).toEqual({ ...OBJECTS, [KEY_FILE]: TENANT_VECTOR.privateKey });
    expect(await failed(stdout)).toEqual(['vectors']);
  });

  it('is verified by a drill', async () => {
    const { code, stdout, stderr } = await difyctl('drill', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(await failed(stdout)).toEqual(['vectors']);
  });

  describe('beside databases that the provider restores', () => {
    const managed = ['--config', 'managed.yaml', ...IDENTITY] as const;

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
      expect(await failed(stdout)).toEqual(['vectors']);
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
