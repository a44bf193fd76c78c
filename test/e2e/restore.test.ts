import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentText } from '../../src/base/document.ts';
import { imageName, SERVICE_IMAGES } from '../../src/render/images.ts';
import { acquireLock } from '../../src/state/lock/lock.ts';
import { ownRecord } from '../../src/state/lock/self.ts';
import { builtProgram } from '../support/built.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import {
  MAIN_SQL,
  PLUGIN_SQL,
  SECRET_KEY,
  TENANT,
  writeObjects,
  writePackages,
  writeSecretKey,
} from '../support/dify-data.ts';
import { openCompose } from '../support/open-targets.ts';
import { quickenKey } from '../support/quick-key.ts';
import { until } from '../support/recorder.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const PASSWORD = 'only-for-this-test';
const REPOSITORY_PASSWORD = 'only-for-the-repository';
/** Tables by which a backup recognises Dify's database, besides those that invariants read. */
const ALL_SQL = `${MAIN_SQL} CREATE TABLE accounts (id int);`;
const KEY_FILE = `privkeys/${TENANT}/private.pem`;

const engine = useSharedDockerHost([imageName(SERVICE_IMAGES.postgres, undefined)]);

/** PostgreSQL, a folder with difyctl.yaml, an age key, and the programs. */
const testbed = useTestbed(
  async () => {
    const [postgres, client, { restic }, folder] = await Promise.all([
      startPostgres(),
      debianPostgres(),
      ensure(['restic']),
      serviceFolder('restore'),
    ]);
    await postgres.query(`CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
    const identity = await generateX25519Identity();
    await writeFile(path.join(folder, 'key.txt'), `# created by a test\n${identity}\n`);
    await writeFile(path.join(folder, 'other-key.txt'), `${await generateX25519Identity()}\n`);
    await writeFile(path.join(folder, 'repository-password'), REPOSITORY_PASSWORD);
    await writeFile(path.join(folder, 'other-password'), 'of another repository');
    const programs = `${client.programs}:${path.dirname(restic)}`;
    return { postgres, folder, client, programs, restic, recipient: await identityToRecipient(identity) };
  },
  async ({ postgres, folder }) => {
    await postgres.stop();
    await removeFolder(folder);
  },
);

/** The file of a project in `directory`, which generates its secrets. */
function file(postgres: object, repository: string): object {
  return {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    ...{ name: 'dify', redis: { mode: 'bundled' }, vectorStore: { mode: 'bundled' }, postgres },
    ...{ target: { type: 'compose', directory: './dify' }, objectStorage: { provider: 'local' } },
    recovery: {
      backup: {
        ...{ repository, password: { file: './repository-password' } },
        recipients: [testbed.get().recipient],
      },
      vectorStore: { strategy: 'rebuild' },
    },
  };
}

function environment(): Readonly<Record<string, string>> {
  const { client, programs, folder } = testbed.get();
  const { env, bin } = engine.docker;
  return { ...client.env, ...env, PATH: `${bin}:${programs}:/usr/bin:/bin`, HOME: folder, DIFY_PG_PASSWORD: PASSWORD };
}

function difyctl(...argv: readonly string[]) {
  return runCli(argv, { cwd: testbed.get().folder, env: environment() });
}

const at = (...parts: readonly string[]): string => path.join(testbed.get().folder, ...parts);
const storage = (...parts: readonly string[]): string => at('dify/volumes/app/storage', ...parts);
const plugins = (...parts: readonly string[]): string => at('dify/volumes/plugin_daemon', ...parts);

/** Starts difyctl, and kills it once it has started `program` with `word` as an argument. `real`: path of the program. */
async function kill(
  { program, word, real }: { readonly program: string; readonly word: string; readonly real: string },
  ...argv: readonly string[]
): Promise<void> {
  const [bin, begun] = [at(`slow-${program}`), at(`slow-${program}/begun`)];
  await mkdir(bin);
  // It hangs where the real program would write.
  const script = `#!/bin/sh\ncase " $* " in *" ${word} "*) touch ${begun}; exec sleep 600;; esac\nexec ${real} "$@"\n`;
  await writeFile(path.join(bin, program), script, { mode: 0o755 });
  const env = { ...environment(), PATH: `${bin}:${environment().PATH}` };
  const settings = { cwd: testbed.get().folder, env, extendEnv: false, reject: false, stdin: 'ignore' } as const;
  const killed = execa(process.execPath, [await builtProgram(), ...argv], settings);
  let failure: Error | undefined;
  void killed.then(({ stderr }) => {
    failure = new Error(stderr);
  });
  await until(
    async () => (await readdir(bin)).find((name) => name === 'begun'),
    () => failure,
  );
  killed.kill('SIGKILL');
  await killed;
}

/** Every file below a folder with its contents, except what Compose's own service writes. */
async function contentsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const read = await Promise.all(files.map(async (one) => [path.relative(folder, one), await readFile(one, 'utf8')]));
  return Object.fromEntries(read.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

async function writeData(): Promise<void> {
  await writeObjects(storage());
  await writePackages(plugins());
}

/** Removes everything that a lost machine had, except difyctl.yaml and what a person keeps elsewhere. */
async function loseMachine(): Promise<void> {
  for (const lost of ['dify', '.difyctl']) await rm(at(lost), { recursive: true, force: true });
}

const IDENTITY = ['--identity', 'key.txt'] as const;

describe('a Compose project with an external PostgreSQL', () => {
  const query = (sql: string, database?: string): Promise<string> => testbed.get().postgres.query(sql, database);
  const databases = (): Promise<string> =>
    query("SELECT datname FROM pg_database WHERE datname LIKE 'dify%' ORDER BY datname");
  let set = '';
  let kept: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    const { postgres } = testbed.get();
    const { host, port } = postgres;
    const server = { mode: 'external', host, port, password: { env: 'DIFY_PG_PASSWORD' } };
    await writeFile(at('difyctl.yaml'), documentText(file(server, './repository')));
    for (const name of ['dify', 'dify_plugin']) await query(`CREATE DATABASE ${name} OWNER dify`);
    await query(`SET ROLE dify; ${ALL_SQL}`, 'dify');
    await query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
    await writeSecretKey(testbed.get().folder);
    await writeData();
    kept = { ...(await contentsOf(storage())), ...(await contentsOf(plugins())) };
    const made = await difyctl('backup', '-o', 'json');
    expect(made.code, made.stderr).toBe(0);
    set = JSON.parse(made.stdout).manifest.set;
    await quickenKey(at('repository'), REPOSITORY_PASSWORD);
  });

  it('is not restored over data that the operator did not name', async () => {
    const { code, stderr } = await difyctl('restore', 'latest', '--yes', ...IDENTITY);
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('the place of the restore is not empty; nothing was changed');
    for (const found of ['has 8 tables', 'has 1 table', 'has 4 files', 'has 1 file']) expect(stderr).toContain(found);
    expect(await databases()).toBe('dify\ndify_plugin');
  });

  it('loses everything', async () => {
    for (const name of ['dify', 'dify_plugin']) await query(`DROP DATABASE ${name}`);
    await loseMachine();
    expect(await databases()).toBe('');
  });

  it.each<[string, readonly string[], number, string]>([
    ['another age key', ['--identity', 'other-key.txt'], 2, 'the age key does not open the secrets of'],
    ['no SECRET_KEY', [], 2, 'SECRET_KEY was not found'],
    [
      'another SECRET_KEY',
      ['--set', 'secrets.secretKey={file: ./repository-password}', ...IDENTITY],
      2,
      'SECRET_KEY is not the one that the set was made with',
    ],
    [
      'another password of the repository',
      ['--set', 'recovery.backup.password={file: ./other-password}', ...IDENTITY],
      2,
      'the password does not open the repository ./repository',
    ],
    ['an older image', ['--version-of-dify', '1.15.0', ...IDENTITY], 2, 'a schema cannot be migrated back'],
  ])('is refused with %s before anything is changed', async (_, options, exit, message) => {
    const { code, stderr } = await difyctl('restore', 'latest', '--yes', ...options);
    expect(stderr).toContain(message);
    expect(code).toBe(exit);
    expect(await databases()).toBe('');
    expect([await contentsOf(at('dify')), await contentsOf(at('.difyctl'))]).toEqual([{}, {}]);
  });

  it('is shown by a dry run, which changes nothing', async () => {
    const { code, stdout, stderr } = await difyctl('restore', 'latest', '--dry-run', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const { kind, outcome, plan, notRestored } = JSON.parse(stdout);
    const steps = plan.map(({ step, observed }: { step: string; observed: string }) => `${step}: ${observed}`);
    expect({ kind, outcome, steps, notRestored }).toEqual({
      ...{ kind: 'RestoreReport', outcome: 'dry-run', notRestored: [] },
      steps: [
        expect.stringMatching(/^secrets: the set has \d+ secrets; those that exist stay$/),
        'postgres-main: does not exist',
        'postgres-plugin: does not exist',
        'objects: is empty',
        'private-keys: the set has 1 key file',
        'plugin-storage: is empty',
      ],
    });
    expect(await databases()).toBe('');
    expect(await contentsOf(at('dify'))).toEqual({});
  });

  it('is refused while another run holds the lock', async () => {
    const target = openCompose({ env: environment() } as Parameters<typeof openCompose>[0], at('dify'));
    const signal = AbortSignal.timeout(60_000);
    const lock = await acquireLock({
      ...{ store: await target.lockStore(signal), self: await ownRecord('test', new Date()), signal },
      ...{ clock: () => performance.now(), pause: async () => undefined, onWatch: () => undefined },
    });
    const { code, stderr } = await difyctl('restore', 'latest', '--yes', ...IDENTITY);
    await lock.release();
    expect(code, stderr).toBe(9);
    expect(await databases()).toBe('');
  });

  it('is continued after a step failed, and says what state the failure left', async () => {
    await query(`ALTER ROLE dify NOCREATEDB`);
    await query('CREATE DATABASE dify OWNER dify');
    const refused = await difyctl('restore', set, '--yes', ...IDENTITY);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('the role may not create the database dify_plugin');
    await query('CREATE DATABASE dify_plugin OWNER dify');
    await query('REVOKE CREATE ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO postgres', 'dify_plugin');
    const partly = await difyctl('restore', set, '--yes', ...IDENTITY);
    expect(partly.code, partly.stderr).toBe(4);
    expect(partly.stderr).toContain(
      'restored: secrets, postgres-main; not restored: postgres-plugin, objects, private-keys, plugin-storage',
    );
    expect(partly.stderr).toContain(`difyctl restore ${set}, with the same options, continues`);
    expect(await query("SELECT count(*) FROM pg_class WHERE relname = 'plugin_installations'", 'dify_plugin')).toBe(
      '0',
    );
    await query('ALTER SCHEMA public OWNER TO dify', 'dify_plugin');

    const { code, stdout, stderr } = await difyctl('restore', set, '--yes', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ outcome: 'restored', resumes: 1, revision: 1 });
    expect(report.invariants.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`)).toEqual([
      ...['secret-key pass', 'tenant-keys pass', 'credentials pass', 'setup pass', 'schema pass', 'files pass'],
      ...['plugins pass', 'vectors skip'],
    ]);
  });

  it('has the rows, the files and the keys of the backup', async () => {
    expect(await query('SELECT count(*) FROM upload_files', 'dify')).toBe('3');
    expect(await query('SELECT tableowner FROM pg_tables WHERE tablename = $$tenants$$', 'dify')).toBe('dify');
    expect({ ...(await contentsOf(storage())), ...(await contentsOf(plugins())) }).toEqual(kept);
    expect(await readFile(at('.difyctl/dify/secrets.yaml'), 'utf8')).toContain(`secrets.secretKey: ${SECRET_KEY}`);
    const revision = JSON.parse(await readFile(at('dify/.difyctl/revisions/1.json'), 'utf8'));
    expect(revision).toMatchObject({ operation: 'restore', phase: 'closed', outcome: 'restored', restore: { set } });
    expect((await difyctl('status')).stdout).toContain('difyctl install');
  });

  it('is verified with its private keys by a drill', async () => {
    await query('ALTER ROLE dify CREATEDB');
    const { code, stdout, stderr } = await difyctl('drill', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const { invariants } = JSON.parse(stdout);
    const keys = invariants.filter(({ id }: { id: string }) => ['tenant-keys', 'credentials'].includes(id));
    expect(keys.map(({ status }: { status: string }) => status)).toEqual(['pass', 'pass']);
    const other = await difyctl('drill', '--identity', 'other-key.txt');
    expect(other.stderr).toContain('the age key does not open the secrets of');
    expect(other.code).toBe(2);
  });

  it('keeps under another name what it is restored over', async () => {
    await query("INSERT INTO upload_files (key) VALUES ('upload_files/later.txt')", 'dify');
    await writeFile(storage('upload_files/later.txt'), 'written after the backup');
    const { code, stderr } = await difyctl('restore', set, '--yes', '--name', 'dify', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const earlier = 'dify_before_20261122120000';
    expect((await databases()).split('\n')).toEqual([
      ...['dify', earlier, 'dify_plugin', 'dify_plugin_before_20261122120000'],
    ]);
    expect(await query('SELECT count(*) FROM upload_files', 'dify')).toBe('3');
    expect(await query('SELECT count(*) FROM upload_files', earlier)).toBe('4');
    expect(await contentsOf(storage())).toEqual(Object.fromEntries(Object.entries(kept).filter(isObject)));
    expect(await readFile(`${storage()}.before-20261122120000/upload_files/later.txt`, 'utf8')).toBe(
      'written after the backup',
    );
  });

  const isObject = ([name]: readonly [string, string]): boolean => !name.startsWith('plugin/');

  it('restores one part, without the others', async () => {
    await rm(plugins(), { recursive: true });
    await rm(storage(KEY_FILE));
    const one = await difyctl('restore', set, '--yes', '--part', 'plugin-storage', ...IDENTITY);
    expect(one.code, one.stderr).toBe(5);
    expect(Object.keys(await contentsOf(plugins()))).toEqual(Object.keys(kept).filter((name) => !isObject([name, ''])));
    const keys = await difyctl('restore', set, '--yes', '--part', 'secrets', ...IDENTITY);
    expect(keys.code, keys.stderr).toBe(0);
    expect(await readFile(storage(KEY_FILE), 'utf8')).toBe(kept[KEY_FILE]);
  });

  it('replaces another private key only by name, and keeps a copy of it', async () => {
    await writeFile(storage(KEY_FILE), 'another key');
    const refused = await difyctl('restore', set, '--yes', '--part', 'secrets', ...IDENTITY);
    expect(refused.stderr).toContain(`has another ${KEY_FILE}`);
    expect(refused.code).toBe(2);
    const { code, stderr } = await difyctl('restore', set, '--yes', '--name', 'dify', '--part', 'secrets', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(await readFile(storage(KEY_FILE), 'utf8')).toBe(kept[KEY_FILE]);
    expect(await readFile(storage(`${KEY_FILE}.before-20261122120000`), 'utf8')).toBe('another key');
  });

  it.each([
    ['a database', 'pg_restore', '--single-transaction'],
    ['files', 'restic', 'restore'],
  ])('is completed after a run was killed while it restored %s', async (_, program, word) => {
    for (const name of (await databases()).split('\n')) await query(`DROP DATABASE ${name}`);
    await loseMachine();
    const { client, restic } = testbed.get();
    const real = program === 'restic' ? restic : path.join(client.programs, program);
    await kill({ program, word, real }, 'restore', set, '--yes', ...IDENTITY);
    const { code, stdout, stderr } = await difyctl('restore', set, '--yes', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ resumes: 1, revision: 1, outcome: 'restored' });
    expect(await query('SELECT count(*) FROM upload_files', 'dify')).toBe('3');
    expect({ ...(await contentsOf(storage())), ...(await contentsOf(plugins())) }).toEqual(kept);
    expect(await databases()).toBe('dify\ndify_plugin');
  });

  describe('with another set', () => {
    /** Ids of the snapshots of each set by their parts. */
    const ids: Record<string, Readonly<Record<string, string>>> = {};
    let other = '';
    const file = (id = ''): string => at('repository/snapshots', id);

    /** Renames the files of snapshots of the two sets onto each other. The cache of restic stays as it is. */
    async function swap(parts: readonly string[]): Promise<void> {
      for (const part of parts) {
        const [a, b] = [file(ids[set]?.[part]), file(ids[other]?.[part])];
        await rename(a, `${a}.swapped`);
        await rename(b, a);
        await rename(`${a}.swapped`, b);
      }
    }

    beforeAll(async () => {
      const made = await difyctl('backup', '-o', 'json');
      expect(made.code, made.stderr).toBe(0);
      other = JSON.parse(made.stdout).manifest.set;
      const { stdout } = await runRestic('snapshots', '--json');
      for (const { id, tags } of JSON.parse(stdout)) {
        const [name, part] = ['set=', 'part='].map((start) => tags.find((tag: string) => tag.startsWith(start)));
        const own = name.slice('set='.length);
        ids[own] = { ...ids[own], [part.slice('part='.length)]: id };
      }
    });

    const short = (id = ''): string => id.slice(0, 8);
    const PART = ['objects'];
    const MANIFEST = ['manifest'];

    it.each<[string, readonly string[], () => string]>([
      [
        'of a part',
        PART,
        () =>
          `set ${set} is damaged: the snapshot ${short(ids[set]?.objects)} of objects cannot be read: its file is damaged or has the contents of another`,
      ],
      [
        'of the manifests',
        MANIFEST,
        () => {
          const names = [ids[set]?.manifest, ids[other]?.manifest].toSorted().map(short).join(', ');
          return `set ${set} has no manifest that can be read: 2 snapshots cannot be read (${names}): a file is damaged or has the contents of another`;
        },
      ],
    ])('is refused before anything is changed if the files %s were swapped', async (_, parts, message) => {
      const before = [await databases(), await contentsOf(storage()), await contentsOf(plugins())];
      await swap(parts);
      const restored = await difyctl('restore', set, '--yes', '--name', 'dify', ...IDENTITY);
      const drilled = await difyctl('drill', set, ...IDENTITY);
      const verified = await difyctl('backup', 'verify');
      await swap(parts);
      for (const { stderr } of [restored, drilled]) expect(lines(stderr)).toContain(`  x ${message()}`);
      expect(lines(verified.stderr)).toContain('  x the repository of backups is damaged');
      expect([restored.code, drilled.code, verified.code]).toEqual([6, 6, 6]);
      expect([await databases(), await contentsOf(storage()), await contentsOf(plugins())]).toEqual(before);
    });

    it('is refused with exit code 6 if a byte of every file with data was changed', async () => {
      const before = [await databases(), await contentsOf(storage()), await contentsOf(plugins())];
      await flipData();
      const runs = [
        await difyctl('restore', set, '--yes', '--name', 'dify', ...IDENTITY),
        await difyctl('drill', set, ...IDENTITY),
        await difyctl('backup', 'verify'),
      ];
      await flipData();
      for (const { stderr } of runs) expect(lines(stderr)).toContain('  x the repository ./repository is damaged');
      expect(runs.map(({ code }) => code)).toEqual([6, 6, 6]);
      expect([await databases(), await contentsOf(storage()), await contentsOf(plugins())]).toEqual(before);
    });

    /** Changes the byte in the middle of each file; a second call changes it back. */
    async function flipData(): Promise<void> {
      const entries = await readdir(at('repository/data'), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((one) => one.isFile())) {
        const name = path.join(entry.parentPath, entry.name);
        const bytes = await readFile(name);
        const middle = bytes.length >> 1;
        bytes[middle] = (bytes[middle] ?? 0) ^ 1;
        await chmod(name, 0o600);
        await writeFile(name, bytes);
      }
    }
  });

  const lines = (stderr: string): readonly string[] => stderr.split('\n');

  /** Runs restic itself on the repository. */
  function runRestic(...args: readonly string[]) {
    const { programs, restic } = testbed.get();
    const repository = { RESTIC_REPOSITORY: at('repository'), RESTIC_PASSWORD_FILE: at('repository-password') };
    return execa(restic, args, { env: { ...environment(), ...repository, PATH: `${programs}:/usr/bin:/bin` } });
  }

  it.each([
    ['lost a part', 'objects', 6, 'is damaged: the snapshot'],
    ['lost its manifest', 'manifest', 2, 'has no manifest: its backup did not finish'],
  ])('is refused if the set %s', async (_, part, exit, message) => {
    await runRestic('forget', '--tag', `set=${set},part=${part}`, '--unsafe-allow-remove-all');
    const { code, stderr } = await difyctl('restore', set, '--yes', '--name', 'dify', ...IDENTITY);
    expect(stderr).toContain(message);
    expect(code).toBe(exit);
  });
});

describe('a Compose project with the bundled PostgreSQL', () => {
  const docker = async (...args: readonly string[]): Promise<string> => {
    const { docker: program, env } = engine.docker;
    return (await execa(program, args, { env: { ...env }, stdin: 'ignore', cwd: testbed.get().folder })).stdout;
  };
  const sql = (text: string, database = 'dify'): Promise<string> => {
    const psql = ['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', database, '-c', text];
    return docker('compose', '-p', 'dify', 'exec', '-T', 'db_postgres', ...psql);
  };
  let set = '';

  beforeAll(async () => {
    await loseMachine();
    await writeFile(at('difyctl.yaml'), documentText(file({ mode: 'bundled' }, './repository-bundled')));
    await writeSecretKey(testbed.get().folder);
    const rendered = await difyctl('render', '--out', 'dify', '-o', 'json');
    expect(rendered.code, rendered.stderr).toBe(0);
    await docker('compose', '-f', at('dify/compose.yaml'), '-p', 'dify', 'up', '-d', '--wait', 'db_postgres');
    await sql(ALL_SQL);
    await sql('CREATE DATABASE dify_plugin');
    await sql(PLUGIN_SQL, 'dify_plugin');
    await writeData();
    const made = await difyctl('backup', '-o', 'json');
    expect(made.code, made.stderr).toBe(0);
    set = JSON.parse(made.stdout).manifest.set;
    await quickenKey(at('repository-bundled'), REPOSITORY_PASSWORD);
    await docker('compose', '-p', 'dify', 'down');
    await loseMachine();
  });

  it('is restored on an empty machine, where only the database is started', async () => {
    const { code, stdout, stderr } = await difyctl('restore', 'latest', '--yes', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.steps.map(({ step }: { step: string }) => step)).toEqual([
      ...['secrets', 'database-service', 'postgres-main', 'postgres-plugin', 'objects', 'private-keys'],
      'plugin-storage',
    ]);
    expect(report.invariants.filter(({ status }: { status: string }) => status !== 'pass')).toEqual([
      expect.objectContaining({ id: 'vectors', status: 'skip' }),
    ]);
    expect(await docker('ps', '--format', '{{.Label "com.docker.compose.service"}}')).toBe('db_postgres');
    expect(await sql('SELECT count(*) FROM upload_files')).toBe('3');
    expect(await sql('SELECT count(*) FROM plugin_installations', 'dify_plugin')).toBe('1');
    expect(await readFile(at('dify/.env'), 'utf8')).toContain(SECRET_KEY);
  });

  /** Containers and volumes of drills. */
  const ofDrills = async (): Promise<readonly string[]> => {
    const lists = [
      ['ps', '-a'],
      ['volume', 'ls'],
    ].map((list) => docker(...list, '-q', '--filter', 'label=difyctl.drill'));
    return (await Promise.all(lists)).flatMap((text) => text.split('\n').filter((line) => line !== ''));
  };

  it('is drilled in a container of its own, which is removed completely', async () => {
    const { code, stdout, stderr } = await difyctl('drill', '-o', 'json', ...IDENTITY);
    expect(code, stderr).toBe(0);
    const { place, invariants, durations, newestRecovered } = JSON.parse(stdout);
    const image = imageName(SERVICE_IMAGES.postgres, undefined);
    expect(place.replace(/-[0-9a-f]{8} /, '-ID ')).toBe(
      `project difyctl-drill-ID with a container of ${image} without a network, removed`,
    );
    expect(invariants.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`)).toEqual([
      ...['secret-key pass', 'tenant-keys pass', 'credentials pass', 'setup pass', 'schema pass', 'files pass'],
      ...['plugins pass', 'vectors skip'],
    ]);
    expect(durations.map(({ part }: { part: string }) => part)).toEqual([
      ...['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage'],
    ]);
    expect(newestRecovered).toEqual({ at: '2026-11-22T11:03:00Z', table: 'upload_files' });
    expect(await ofDrills()).toEqual([]);
    expect(await docker('ps', '-a', '--format', '{{.Label "com.docker.compose.service"}}')).toBe('db_postgres');
  });

  it('is drilled again after a drill was killed, and the container and volume of that drill are removed', async () => {
    await kill({ program: 'docker', word: 'pg_restore', real: engine.docker.docker }, 'drill');
    expect(await ofDrills()).toHaveLength(2);
    const { code, stderr } = await difyctl('drill', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/removed after a killed drill: difyctl-drill-[0-9a-f]{8}$/m);
    expect(await ofDrills()).toEqual([]);
  });

  it('is not restored again without its name, nor while its database is stopped', async () => {
    const running = await difyctl('restore', set, '--yes', ...IDENTITY);
    expect(running.stderr).toContain('database dify at service db_postgres has 8 tables');
    expect(running.code).toBe(2);
    await docker('compose', '-p', 'dify', 'stop');
    const stopped = await difyctl('restore', set, '--yes', ...IDENTITY);
    expect(stopped.stderr).toContain('database dify at service db_postgres has data, and its server does not run');
    expect(stopped.code).toBe(2);
  });

  it('is restored over its data by name, which the databases keep under another name', async () => {
    const { code, stderr } = await difyctl('restore', set, '--yes', '--name', 'dify', ...IDENTITY);
    expect(code, stderr).toBe(0);
    expect(await sql("SELECT datname FROM pg_database WHERE datname LIKE 'dify%' ORDER BY 1")).toBe(
      ['dify', 'dify_before_20261122120000', 'dify_plugin', 'dify_plugin_before_20261122120000'].join('\n'),
    );
    expect(await sql('SELECT count(*) FROM upload_files')).toBe('3');
  });
});
