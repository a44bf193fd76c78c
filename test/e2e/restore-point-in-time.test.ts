import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentText } from '../../src/base/document.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { TENANT_VECTOR } from '../backup/invariants/vectors.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { MAIN_SQL, PLUGIN_SQL, SECRET_KEY, TENANT } from '../support/dify-data.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startMinio } from '../testbed/services/minio.ts';
import { startArchived } from '../testbed/services/pgbackrest.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const PASSWORD = 'only-for-this-test';
const ROLE = `CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PASSWORD}'`;
/** Tables by which a backup recognises Dify's database, besides those that invariants read. */
const ALL_SQL = `${MAIN_SQL} CREATE TABLE accounts (id int, created_at timestamp);`;
const LIVE = `upload_files/${TENANT}/live-`;

const engine = useSharedDockerHost([]);

/** An archived PostgreSQL, MinIO with versions, a folder with difyctl.yaml, an age key, and the programs. */
const testbed = useTestbed(
  async () => {
    const [archived, minio, { restic }, rclone, folder] = await Promise.all([
      startArchived({ track_commit_timestamp: 'on' }),
      startMinio({ buckets: ['dify', 'dify-plugin'], versioning: true }),
      ensure(['restic']),
      debianTree(DEBIAN_SETS.rclone),
      serviceFolder('point-in-time'),
    ]);
    const identity = await generateX25519Identity();
    await writeFile(path.join(folder, 'key.txt'), `${identity}\n`);
    await writeFile(path.join(folder, 'repository-password'), 'only-for-the-repository');
    const programs = [archived.programs, path.dirname(restic), path.join(rclone.root, 'usr/bin')].join(':');
    return { archived, minio, folder, programs, recipient: await identityToRecipient(identity) };
  },
  async ({ archived, minio, folder }) => {
    await archived.stop();
    await minio.stop();
    await removeFolder(folder);
  },
);

function file(): object {
  const { archived, minio, recipient } = testbed.get();
  const { host, port } = archived.postgres;
  return {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    ...{ redis: { mode: 'bundled' }, vectorStore: { mode: 'bundled' } },
    target: { type: 'compose', directory: './dify' },
    postgres: { mode: 'external', host, port, password: { env: 'DIFY_PG_PASSWORD' } },
    objectStorage: {
      provider: 's3',
      s3: {
        ...{ endpoint: minio.endpoint, bucket: 'dify', region: minio.region, addressStyle: 'path' },
        ...{ accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } },
      },
    },
    recovery: {
      rpo: '15m',
      postgres: { method: 'pitr', pgbackrest: { stanza: 'dify', config: archived.config, user: archived.user } },
      backup: {
        ...{ repository: './repository', password: { file: './repository-password' }, objects: 'versions' },
        recipients: [recipient],
      },
      vectorStore: { strategy: 'rebuild' },
    },
  };
}

const at = (...parts: readonly string[]): string => path.join(testbed.get().folder, ...parts);
const query = (sql: string, database?: string): Promise<string> => testbed.get().archived.postgres.query(sql, database);

function difyctl(...argv: readonly string[]) {
  const { archived, programs, folder, minio } = testbed.get();
  const { env, bin } = engine.docker;
  const login = { DIFY_S3_ACCESS_KEY: minio.accessKey, DIFY_S3_SECRET_KEY: minio.secretKey };
  const PATH = `${bin}:${programs}:/usr/sbin:/usr/bin:/bin`;
  return runCli(argv, {
    cwd: folder,
    env: { ...archived.env, ...env, ...login, PATH, HOME: folder, DIFY_PG_PASSWORD: PASSWORD },
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

const live = async (): Promise<readonly string[]> =>
  (await keysOf('dify')).filter((key) => key.startsWith(LIVE)).toSorted();

/** Writes files as Dify does, the object before its row, until it is told to stop. */
function startWriting(): { readonly written: () => number; readonly stop: () => Promise<void> } {
  let [count, isOn] = [0, true];
  const loop = async (): Promise<void> => {
    while (isOn) {
      const key = `${LIVE}${String(count).padStart(5, '0')}.txt`;
      await request('PUT', `/dify/${key}`, '', key);
      await query(
        `SET ROLE dify; INSERT INTO upload_files (key, created_at) VALUES ('${key}', clock_timestamp() AT TIME ZONE 'UTC')`,
        'dify',
      );
      count += 1;
    }
  };
  const running = loop();
  return {
    written: () => count,
    stop: () => {
      isOn = false;
      return running;
    },
  };
}

const IDENTITY = ['--identity', 'key.txt'] as const;

describe('PostgreSQL with an archive, and a bucket with versions', () => {
  let moment = '';
  let expected: readonly string[] = [];

  beforeAll(async () => {
    await writeFile(at('difyctl.yaml'), documentText(file()));
    await query(ROLE);
    for (const name of ['dify', 'dify_plugin']) await query(`CREATE DATABASE ${name} OWNER dify`);
    await query(`SET ROLE dify; ${ALL_SQL}`, 'dify');
    await query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
    await mkdir(at('.difyctl/dify'), { recursive: true, mode: 0o700 });
    const secrets = { 'secrets.secretKey': SECRET_KEY };
    const cache = { kind: 'SecretsCache', version: 1, difyctl: '0.1.0', secrets };
    await writeFile(at('.difyctl/dify/secrets.yaml'), JSON.stringify(cache), { mode: 0o600 });
    await request('PUT', `/dify/privkeys/${TENANT}/private.pem`, '', TENANT_VECTOR.privateKey);
    for (const n of [1, 2, 3]) await request('PUT', `/dify/upload_files/${TENANT}/${n}.txt`, '', `file ${n}`);
    await request('PUT', '/dify-plugin/plugin/langgenius/openai:0.2.8@1cb2f90e', '', 'a package');
    const made = await difyctl('backup', '-o', 'json');
    expect(made.code, made.stderr).toBe(0);
  });

  it('is written to continuously, and is lost', async () => {
    const { archived } = testbed.get();
    const writer = startWriting();
    await poll('rows before the moment', async () => (writer.written() > 5 ? true : undefined));
    const second = Math.floor(Date.now() / 1_000) + 1;
    moment = new Date(second * 1_000).toISOString();
    await poll('the moment', async () => (Date.now() > (second + 1) * 1_000 ? true : undefined));
    const then = writer.written();
    await poll('rows after the moment', async () => (writer.written() > then + 5 ? true : undefined));
    await writer.stop();
    const rows = `SELECT key FROM upload_files WHERE pg_xact_commit_timestamp(xmin) <= '${moment}' AND key LIKE '${LIVE}%' ORDER BY 1`;
    expected = (await query(rows, 'dify')).split('\n');
    const all = await query(`SELECT count(*) FROM upload_files WHERE key LIKE '${LIVE}%'`, 'dify');
    expect(expected.length).toBeGreaterThan(5);
    expect(Number(all)).toBeGreaterThan(expected.length + 5);
    await archived.archiveNow();
    await archived.replace();
    await query(ROLE);
    for (const bucket of ['dify', 'dify-plugin'])
      for (const key of await keysOf(bucket)) await request('DELETE', `/${bucket}/${key}`);
    await rm(at('.difyctl'), { recursive: true });
    expect(await live()).toEqual([]);
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
    const { reach, newest, steps, invariants } = JSON.parse(stdout);
    expect(reach).toEqual({
      ...{ at: moment, databases: moment, files: moment, lostSeconds: 0, rpo: '15m', isWithinRpo: true },
    });
    expect(steps.map(({ step }: { step: string }) => step)).toEqual([
      ...['secrets', 'point-in-time', 'postgres-main', 'postgres-plugin', 'objects', 'private-keys', 'plugin-storage'],
    ]);
    const rows = await query(`SELECT key FROM upload_files WHERE key LIKE '${LIVE}%' ORDER BY 1`, 'dify');
    expect(rows.split('\n')).toEqual(expected);
    // The writer may have stored one object whose row came after the stated time.
    const keys = await live();
    expect(keys.slice(0, expected.length)).toEqual(expected);
    expect(keys.length - expected.length).toBeLessThan(2);
    expect(newest).toMatchObject({ row: { table: 'upload_files' }, object: { key: keys.at(-1) } });
    expect([newest.row.at <= moment, newest.object.at <= moment]).toEqual([true, true]);
    expect(invariants.filter(({ status }: { status: string }) => status !== 'pass')).toEqual([
      expect.objectContaining({ id: 'vectors', status: 'skip' }),
    ]);
  });

  it('is drilled at the stated second beside what was restored', async () => {
    const { code, stdout, stderr } = await difyctl('drill', '--at', moment, '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const { commonPoint, durations, invariants, newestRecovered } = JSON.parse(stdout);
    expect(commonPoint).toBe(moment);
    expect(durations.map(({ part }: { part: string }) => part)).toEqual([
      ...['point-in-time', 'postgres-main', 'postgres-plugin', 'objects', 'plugin-storage'],
    ]);
    expect(newestRecovered.at <= moment).toBe(true);
    expect(invariants.filter(({ status }: { status: string }) => status !== 'pass')).toEqual([
      expect.objectContaining({ id: 'vectors', status: 'skip' }),
    ]);
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
