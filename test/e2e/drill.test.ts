import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyFingerprint } from '../../src/backup/fingerprint.ts';
import type { BackupManifest, BackupPart, PartName } from '../../src/backup/manifest.ts';
import { tagsOf, writeManifest } from '../../src/backup/repository.ts';
import { documentText } from '../../src/base/document.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { type Restic, restic } from '../../src/exec/restic.ts';
import { manifestOf } from '../support/backup-manifest.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { MAIN_SQL, PLUGIN_SQL, SECRET_KEY, TENANT, writeObjects, writePackages } from '../support/dify-data.ts';
import { quickenKey } from '../support/quick-key.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const PASSWORD = 'only-for-this-test';
const KEY_OF_REPOSITORY = 'only-for-the-repository';

/** PostgreSQL with Dify's rows, a repository, and a folder with difyctl.yaml and the objects. */
const testbed = useTestbed(
  async () => {
    const [postgres, client, { restic: program }, folder] = await Promise.all([
      startPostgres(),
      debianPostgres(),
      ensure(['restic']),
      serviceFolder('drill'),
    ]);
    await postgres.query(`CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
    for (const name of ['dify', 'dify_plugin']) await postgres.query(`CREATE DATABASE ${name} OWNER dify`);
    // Without a time: no row of it is the newest one.
    await postgres.query(`SET ROLE dify; ${MAIN_SQL} CREATE TABLE accounts (id int);`, 'dify');
    await postgres.query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
    const env = { ...client.env, PATH: `${client.programs}:${path.dirname(program)}:/usr/bin:/bin`, HOME: folder };
    await writeFile(path.join(folder, 'repository-password'), KEY_OF_REPOSITORY);
    const file = {
      ...SAMPLE_FILES['prod-compose-s3-qdrant'],
      ...{
        name: 'dify',
        redis: { mode: 'bundled' },
        objectStorage: { provider: 'local' },
        vectorStore: { mode: 'bundled' },
      },
      secrets: { secretKey: { env: 'DIFY_SECRET_KEY' } },
      postgres: { mode: 'external', host: postgres.host, port: postgres.port, password: { env: 'DIFY_PG_PASSWORD' } },
      recovery: {
        ...{ rto: '4h', rpo: '24h', drills: { interval: '90d' } },
        backup: { repository: './repository', password: { file: './repository-password' } },
      },
    };
    await writeFile(path.join(folder, 'difyctl.yaml'), documentText(file));
    await writeObjects(path.join(folder, 'objects'));
    await writePackages(path.join(folder, 'packages'));
    const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
    const repository = restic({
      ...{ runner, redact: (text: string) => text, name: 'repository', host: 'difyctl-dify' },
      env: {
        RESTIC_REPOSITORY: path.join(folder, 'repository'),
        RESTIC_PASSWORD_FILE: path.join(folder, 'repository-password'),
      },
    });
    await repository.init();
    await quickenKey(path.join(folder, 'repository'), KEY_OF_REPOSITORY);
    return { postgres, folder, env, repository, program };
  },
  async ({ postgres, folder }) => {
    await postgres.stop();
    await removeFolder(folder);
  },
);

/** Makes a set as `difyctl backup` does: the parts, then the manifest. `without`: an object that is left out. */
async function makeSet(set: string, facts: Partial<BackupManifest> = {}): Promise<void> {
  const { repository, folder, postgres, env } = testbed.get();
  const login = `postgresql://dify:${PASSWORD}@${postgres.host}:${postgres.port}`;
  const dump = async (part: PartName, database: string): Promise<BackupPart> => {
    const command = [path.join(env.PATH.split(':')[0] ?? '', 'pg_dump'), '-Fc', `${login}/${database}`];
    const file = `${part}.dump`;
    const made = await repository.backupFile(file, { command }, { tags: tagsOf('dify', set, part) });
    return { ...(await partFrom(repository, part, made.snapshot)), file: `/${file}`, bytes: made.bytes };
  };
  const copy = async (part: PartName, from: string): Promise<BackupPart> => {
    const made = await repository.backupFolder(path.join(folder, from), { tags: tagsOf('dify', set, part) });
    return { ...(await partFrom(repository, part, made.snapshot)), bytes: made.bytes };
  };
  const left = (part: PartName): BackupPart => ({
    ...{ part, mechanism: part === 'vectors' ? 'rebuild' : 'left-out', engine: '', bytes: 0, seconds: 0, details: {} },
  });
  const parts = [
    await dump('postgres-main', 'dify'),
    await dump('postgres-plugin', 'dify_plugin'),
    await copy('objects', 'objects'),
    await copy('plugin-storage', 'packages'),
    ...(['vectors', 'configuration', 'secrets'] as const).map(left),
  ];
  const keys = { secretKey: keyFingerprint(SECRET_KEY, set), tenants: {} };
  const at = { commonPoint: `2026-11-22T1${set.at(-1)}:00:00.000Z`, schemaHead: '4474872b0ee6' };
  await writeManifest(repository, manifestOf({ set, keys, parts, ...at, ...facts }), {});
}

async function partFrom(repository: Restic, part: PartName, snapshot: string): Promise<BackupPart> {
  const found = (await repository.snapshots(['difyctl'])).find(({ id }) => id === snapshot);
  return {
    ...{ part, mechanism: 'copied', engine: 'test', snapshot, tree: found?.tree ?? '', bytes: 0, seconds: 0 },
    details: {},
  };
}

function difyctl(...argv: readonly string[]) {
  const { folder, env } = testbed.get();
  return runCli(argv, {
    cwd: folder,
    env: { ...env, DIFY_PG_PASSWORD: PASSWORD, DIFY_SECRET_KEY: SECRET_KEY },
  });
}

const databases = () =>
  testbed.get().postgres.query("SELECT datname FROM pg_database WHERE datname LIKE '%dify%' ORDER BY 1");

describe('difyctl drill', () => {
  it('restores the newest set beside the installation, verifies it and removes everything', async () => {
    await makeSet('dify-1');
    const { code, stdout, stderr } = await difyctl('drill', '-o', 'json');
    expect(stderr).not.toContain(PASSWORD);
    const report = JSON.parse(stdout);
    expect(report.invariants.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`)).toEqual([
      'secret-key pass',
      'tenant-keys pass',
      'credentials pass',
      'setup pass',
      'schema pass',
      'files pass',
      'plugins pass',
      'vectors skip',
    ]);
    expect(report).toMatchObject({
      ...{ kind: 'DrillReport', set: 'dify-1', isNewest: true, outcome: 'pass' },
      newestRecovered: { at: '2026-11-22T11:03:00Z', table: 'upload_files' },
      durations: ['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage'].map((part) => ({ part })),
      verdicts: [
        { promise: 'rto', status: 'pass' },
        { promise: 'rpo', status: 'pass', observed: 'the data was 1h old (target 24h)' },
      ],
    });
    expect(code).toBe(0);
    expect(await databases()).toBe('dify\ndify_plugin');
    const folder = path.join(testbed.get().folder, '.difyctl/dify/drills');
    const [name = ''] = await readdir(folder);
    expect(JSON.parse(await readFile(path.join(folder, name), 'utf8'))).toMatchObject({
      kind: 'DrillRecord',
      version: 1,
    });
  });

  it('turns recovery.rto and recovery.drills green', async () => {
    const { stdout } = await difyctl('preflight', '--only', 'recovery.rto,recovery.drills', '-o', 'json');
    const { checks } = JSON.parse(stdout);
    expect(checks.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`)).toEqual([
      'recovery.rto pass',
      'recovery.rto.failover skip',
      'recovery.drills pass',
    ]);
  });

  it('removes what a killed drill left', async () => {
    const { postgres } = testbed.get();
    await postgres.query('CREATE DATABASE difyctl_drill_deadbeef_main OWNER dify');
    const { code, stderr } = await difyctl('drill');
    expect(stderr).toContain('removed after a killed drill: difyctl_drill_deadbeef_main');
    expect(code).toBe(0);
    expect(await databases()).toBe('dify\ndify_plugin');
  });

  it('names each row whose object, key or package is not in the set', async () => {
    const { folder } = testbed.get();
    // Restic stores no empty folder, so that one object of each part stays.
    for (const lost of ['objects/privkeys', `objects/upload_files/${TENANT}/1.txt`, 'packages/plugin'])
      await rm(path.join(folder, lost), { recursive: true });
    await writeFile(path.join(folder, 'packages/other'), 'no package');
    await makeSet('dify-2');
    await writeObjects(path.join(folder, 'objects'));
    await writePackages(path.join(folder, 'packages'));
    const { code, stdout } = await difyctl('drill', 'dify-2', '-o', 'json');
    const { invariants } = JSON.parse(stdout);
    const wrong = invariants.filter(({ status }: { status: string }) => status === 'fail');
    expect(wrong.map(({ id }: { id: string }) => id)).toEqual(['tenant-keys', 'credentials', 'files', 'plugins']);
    expect(code).toBe(6);
    expect((await difyctl('preflight', '--only', 'recovery.drills')).stdout).toContain('tenant-keys');
  });

  it.each<[string, Partial<BackupManifest>, string]>([
    ['made with another SECRET_KEY', { keys: { secretKey: 'scrypt:00', tenants: {} } }, 'SECRET_KEY is not the one'],
    ['of a newer Dify', { dify: '9.0.0' }, 'a schema cannot be migrated back'],
  ])('refuses a set %s before anything is created', async (_, facts, reason) => {
    await makeSet('dify-3', facts);
    const { code, stderr } = await difyctl('drill', 'dify-3');
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
    expect(await databases()).toBe('dify\ndify_plugin');
    const { repository } = testbed.get();
    const own = await repository.snapshots(['set=dify-3']);
    await repository.forget(own.map(({ id }) => id));
  });

  it('refuses a set that lost a part', async () => {
    const { repository } = testbed.get();
    await makeSet('dify-4');
    const [objects] = await repository.snapshots(['set=dify-4', 'part=objects']);
    await repository.forget([objects?.id ?? '']);
    const { code, stderr } = await difyctl('drill', 'dify-4');
    expect(stderr).toContain('set dify-4 is damaged: the snapshot');
    expect(code).toBe(6);
  });
});
