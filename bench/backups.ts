import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import type { BackupManifest } from '../src/backup/manifest.ts';
import { documentText } from '../src/base/document.ts';
import { SAMPLE_FILES } from '../test/support/deployments.ts';
import { MAIN_SQL, PLUGIN_SQL, SECRET_KEY, writeObjects, writePackages } from '../test/support/dify-data.ts';
import { DEBIAN_SETS } from '../test/testbed/debian/sets.ts';
import { debianTree } from '../test/testbed/debian/tree.ts';
import { upDocker } from '../test/testbed/docker/up.ts';
import { ensure } from '../test/testbed/provision/ensure.ts';
import { startMinio } from '../test/testbed/services/minio.ts';
import { startPostgres } from '../test/testbed/services/postgres.ts';
import { debianPostgres } from '../test/testbed/services/postgres-installation.ts';
import { treePeak } from './tree-memory.ts';

/** Size of the main database in GB and number of objects. `DIFYCTL_BENCH_GB` and `DIFYCTL_BENCH_OBJECTS` change them. */
const GIGABYTES = Number(process.env.DIFYCTL_BENCH_GB ?? 5);
const OBJECTS = Number(process.env.DIFYCTL_BENCH_OBJECTS ?? 100_000);
const OBJECT_BYTES = 4096;
/** Bytes of a row of the large table, and how many of them a statement inserts. */
const ROW_BYTES = 1024;
const ROWS_AT_ONCE = 250_000;
const MIB = 2 ** 20;

const PASSWORD = 'only-for-this-bench';

/**
 * `difyctl backup` of a large production beside the programs that it runs, each alone: `pg_dump` piped into restic, and
 * rclone followed by restic. Then a second backup of the same data. Aims: 0.9 of their throughput, less than 300 MB in
 * difyctl's own process, and a tenth of the time for the second backup, which finds that nothing changed.
 */
export async function backups(program: string, parent: string, print: (text: string) => void): Promise<void> {
  const folder = await mkdtemp(join(parent, 'backups-'));
  const [docker, minio, postgres, client, tree, { restic }] = await Promise.all([
    upDocker(),
    startMinio({ buckets: ['dify', 'dify-plugin'] }),
    startPostgres({ settings: { fsync: 'off', max_wal_size: '4GB' } }),
    debianPostgres(),
    debianTree(DEBIAN_SETS.rclone),
    ensure(['restic']),
  ]);
  const env = {
    ...client.env,
    ...tree.env,
    ...docker.env,
    PATH: `${docker.bin}:${client.programs}:${tree.env.PATH}:${dirname(restic)}:/usr/bin:/bin`,
    HOME: folder,
    PGPASSWORD: PASSWORD,
    DIFY_PG_PASSWORD: PASSWORD,
    DIFY_SECRET_KEY: SECRET_KEY,
    KEY: minio.accessKey,
    SECRET: minio.secretKey,
    RESTIC_PASSWORD: PASSWORD,
    RCLONE_CONFIG: join(folder, 'rclone.conf'),
  };
  const shell = async (script: string): Promise<number> => {
    const startedAt = performance.now();
    await execa('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env, extendEnv: false });
    return performance.now() - startedAt;
  };
  try {
    await fillDatabases(postgres);
    await writeFile(env.RCLONE_CONFIG, rcloneConfig(minio), { mode: 0o600 });
    await fillBuckets(folder, shell);
    await writeFile(join(folder, 'difyctl.yaml'), documentText(await production(postgres, minio)));
    print(`backup of ${GIGABYTES} GB in PostgreSQL and ${OBJECTS} objects of ${OBJECT_BYTES} bytes`);

    const login = `-h ${postgres.host} -p ${postgres.port} -U dify`;
    await shell('restic -q -r alone init');
    const dump = await shell(`pg_dump -Fc ${login} dify | restic -q -r alone backup --stdin --stdin-filename dump`);
    const copy = await shell('rclone sync --transfers=8 --stats=0 source:dify copy');
    const store = await shell('restic -q -r alone backup copy');
    print(row('pg_dump | restic, alone', dump));
    print(row('rclone, alone', copy));
    print(row('rclone, then restic, alone', copy + store));
    await shell('rm -rf alone copy');

    let firstMs: number | undefined;
    for (const which of ['first', 'second']) {
      const { ms, ownBytes, seconds, isUnchanged } = await madeSet(program, folder, env);
      const memory = `${Math.round(ownBytes / MIB)} MiB in difyctl's own process`;
      const share = firstMs === undefined ? '' : `, ${(ms / firstMs).toFixed(2)} of the time of the first`;
      print(`${row(`difyctl backup, ${which}`, ms)}, ${memory}${share}`);
      if (isUnchanged) print('    postgres-main and objects are stored again without being read');
      else {
        print(row('  postgres-main', seconds('postgres-main') * 1000, dump));
        print(row('  objects', seconds('objects') * 1000, copy + store));
        print(row('  objects, beside rclone', seconds('objects') * 1000, copy));
      }
      firstMs ??= ms;
    }
  } finally {
    await docker.down();
    await postgres.stop();
    await minio.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A line of the table: the time and, if `alone` is given, the throughput beside that of the programs alone. */
function row(name: string, ms: number, alone?: number): string {
  const ratio = alone === undefined ? '' : `  ${(alone / ms).toFixed(2)} x the throughput of the programs alone`;
  return `  ${name.padEnd(30)} ${(ms / 1000).toFixed(1).padStart(7)} s${ratio}`;
}

async function madeSet(program: string, folder: string, env: Readonly<Record<string, string>>) {
  const args = [program, 'backup', '-o', 'json'];
  const peak = await treePeak({ name: 'difyctl backup', program: process.execPath, args, env, cwd: folder });
  const { manifest } = JSON.parse(peak.stdout) as { readonly manifest: BackupManifest };
  const part = (name: string) => manifest.parts.find((one) => one.part === name);
  const seconds = (name: string): number => part(name)?.seconds ?? Number.NaN;
  const isUnchanged = ['postgres-main', 'objects'].every((name) => part(name)?.details.unchangedSince !== undefined);
  return { ...peak, seconds, isUnchanged };
}

type Server = Awaited<ReturnType<typeof startPostgres>>;
type Store = Awaited<ReturnType<typeof startMinio>>;

async function fillDatabases(postgres: Server): Promise<void> {
  await postgres.query(`CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
  for (const name of ['dify', 'dify_plugin']) await postgres.query(`CREATE DATABASE ${name} OWNER dify`);
  const large = 'CREATE TABLE messages (id bigint, answer text, created_at timestamp NOT NULL DEFAULT now());';
  const main = `${MAIN_SQL} CREATE TABLE accounts (id int, created_at timestamp); ${large}`;
  await postgres.query(`SET ROLE dify; ${main}`, 'dify');
  await postgres.query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
  // A third of each row is random, so that the dump compresses as text does and restic finds no row twice.
  const random = Array.from({ length: ROW_BYTES / 96 }, () => 'md5(random()::text)').join(' || ');
  const text = `${random} || repeat(md5(n::text), ${Math.round((ROW_BYTES * 2) / 96)})`;
  const rows = (GIGABYTES * 1e9) / ROW_BYTES;
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const numbers = `generate_series(${from}, ${Math.min(from + ROWS_AT_ONCE, rows) - 1}) n`;
    await postgres.query(`SET ROLE dify; INSERT INTO messages SELECT n, ${text} FROM ${numbers}`, 'dify');
  }
  // A production has been vacuumed since its rows were written. Otherwise autovacuum works while backups are measured.
  await postgres.query('VACUUM (ANALYZE)', 'dify');
}

async function fillBuckets(folder: string, shell: (script: string) => Promise<number>): Promise<void> {
  await writeObjects(join(folder, 'objects'));
  await writePackages(join(folder, 'packages'));
  for (let n = 0; n < OBJECTS; n++) {
    const at = join(folder, 'objects/upload_files', String(n % 500));
    if (n < 500) await mkdir(at, { recursive: true });
    await writeFile(join(at, `${n}.txt`), `${n} `.repeat(OBJECT_BYTES).slice(0, OBJECT_BYTES));
  }
  await shell('rclone copy --transfers=16 --stats=0 objects source:dify');
  await shell('rclone copy --stats=0 packages source:dify-plugin');
  await shell('rm -rf objects packages');
}

function rcloneConfig({ endpoint, accessKey, secretKey, region }: Store): string {
  const login = [`access_key_id = ${accessKey}`, `secret_access_key = ${secretKey}`];
  return ['[source]', 'type = s3', 'provider = Minio', ...login, `endpoint = ${endpoint}`, `region = ${region}`].join(
    '\n',
  );
}

async function production(postgres: Server, minio: Store): Promise<object> {
  const login = { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };
  const place = { endpoint: minio.endpoint, bucket: 'dify', pluginBucket: 'dify-plugin', region: minio.region };
  return {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    ...{ name: 'dify', redis: { mode: 'bundled' }, vectorStore: { mode: 'bundled' } },
    target: { type: 'compose', directory: './dify' },
    objectStorage: { provider: 's3', s3: { ...place, ...login } },
    postgres: { mode: 'external', host: postgres.host, port: postgres.port, password: { env: 'DIFY_PG_PASSWORD' } },
    secrets: { secretKey: { env: 'DIFY_SECRET_KEY' } },
    recovery: {
      backup: {
        ...{ repository: './repository', password: { env: 'RESTIC_PASSWORD' } },
        recipients: [await identityToRecipient(await generateX25519Identity())],
      },
      vectorStore: { strategy: 'rebuild' },
    },
  };
}
