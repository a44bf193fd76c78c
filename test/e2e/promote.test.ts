import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { told } from '../support/compose-fixture.ts';
import {
  MAIN_SQL,
  PLUGIN_SQL,
  SECRET_KEY,
  TENANT,
  writeObjects,
  writePackages,
  writeSecretKey,
} from '../support/dify-data.ts';
import { createWorkspace, leftRunning, type Outcome, type Running } from '../support/difyctl.ts';
import { quickenKey } from '../support/quick-key.ts';
import { createRecorder } from '../support/recorder.ts';
import { sample } from '../support/sample.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';

/**
 * Two Compose projects on one engine are two regions: the primary with its repository of backups, and a standby that
 * has only its file, the age key and the password of the repository. Each run of promote is killed at a chosen moment,
 * and the next run continues where it stopped.
 */
const engine = useSharedDockerHost(composeImages(), { startInterval: true });

const REPOSITORY_PASSWORD = 'only-for-the-repository';

const testbed = useTestbed(
  async () => {
    const [{ restic }, base, [primaryPort = 0, standbyPort = 0]] = await Promise.all([
      ensure(['restic']),
      mkdtemp(path.join(tmpdir(), 'difyctl-regions-')),
      freePorts(2, new Set()),
    ]);
    const identity = await generateX25519Identity();
    await writeFile(path.join(base, 'key.txt'), `${identity}\n`);
    await writeFile(path.join(base, 'password'), REPOSITORY_PASSWORD);
    const backup = {
      ...{ repository: path.join(base, 'repository'), password: { file: path.join(base, 'password') } },
      recipients: [await identityToRecipient(identity)],
    };
    const recorder = await createRecorder({ docker: engine.docker.docker, restic });
    const env = { ...engine.docker.env, PATH: `${recorder.folder}:/usr/bin:/bin`, HOME: base };
    const directories = { primary: path.join(base, 'primary'), standby: path.join(base, 'standby') };
    const file = (name: string, directory: string, httpPort: number, topology: object) => ({
      ...{ apiVersion: 'difyctl/v1', name, tier: 'test' },
      target: { type: 'compose', directory, httpPort, bindAddress: '127.0.0.1' },
      recovery: {
        rpo: '1d',
        backup,
        vectorStore: { strategy: 'rebuild' },
        topology: { region: 'standby', ...topology },
      },
    });
    const places = { backups: 'a folder', images: 'docker.io', secrets: 'key.txt', dns: 'none' };
    const url = `http://127.0.0.1:${primaryPort}`;
    const standbyFile = { standby: places, primary: { name: 'dify', urls: [url] } };
    const [primary, standby] = await Promise.all([
      createWorkspace(file('dify', directories.primary, primaryPort, { standby: places }), env),
      createWorkspace(file('dify-standby', directories.standby, standbyPort, standbyFile), env),
    ]);
    return { base, recorder, directories, primary, standby, url, identity: path.join(base, 'key.txt') };
  },
  async ({ base, recorder, primary, standby }) => {
    await Promise.all([primary.remove(), standby.remove(), recorder.remove()]);
    await rm(base, { recursive: true, force: true });
  },
);

const docker = async (...args: readonly string[]): Promise<string> =>
  (await execa(engine.docker.docker, args, { env: { ...engine.docker.env }, stdin: 'ignore' })).stdout;

const sql = (project: string, text: string, database = 'dify'): Promise<string> => {
  const psql = ['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', database, '-c', text];
  return docker('compose', '-p', project, 'exec', '-T', 'db_postgres', ...psql);
};

/** Each service of a project with its state: `api running`. */
async function services(project: string): Promise<readonly string[]> {
  const filter = ['--all', '--filter', `label=com.docker.compose.project=${project}`];
  const format = ['--format', '{{.Label "com.docker.compose.service"}} {{.State}}'];
  const text = await docker('ps', ...filter, ...format);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}

async function primarySucceeds(...args: readonly string[]): Promise<Outcome> {
  const outcome = await testbed.get().primary.run(...args);
  expect(outcome.code, told(outcome)).toBe(0);
  return outcome;
}

const promotion = (...more: readonly string[]): readonly string[] => [
  ...['promote', '--yes', '--primary', 'dify', '--identity', testbed.get().identity],
  ...more,
];

const standbyState = (...parts: readonly string[]): string => path.join(testbed.get().directories.standby, ...parts);
const fileHas = (name: string, text: string) => (run: Running) =>
  run.until(async () =>
    (await readFile(standbyState(name), 'utf8').catch(() => '')).includes(text) ? true : undefined,
  );

/** Rejects when the run ends: it then passed the moment without being held. */
async function endOf(run: Running): Promise<never> {
  throw new Error(told(await run.outcome));
}

interface Moment {
  /** The call that is held, if the moment is one. */
  readonly hold?: string;
  /** What else is waited for. */
  readonly seen?: (run: Running) => Promise<unknown>;
}

/** In the order in which a promotion comes by them. */
const MOMENTS: readonly (readonly [string, Moment])[] = [
  ['while it reads the manifests', { hold: '^restic dump --no-lock' }],
  ['once it holds the lock', { seen: fileHas('.difyctl/lock.json', '{') }],
  ['before the database starts', { hold: '^docker compose .* up --detach .*--wait' }],
  ['while the main database is restored', { hold: '^docker compose .* pg_restore .*--dbname=dify( |$)' }],
  ['while the database of plugins is restored', { hold: '^docker compose .* pg_restore .*--dbname=dify_plugin( |$)' }],
  ['while the files are restored', { hold: '^restic restore' }],
  ['once the restore is recorded', { seen: fileHas('.difyctl/revisions/1.json', '"outcome": "restored"') }],
  ['before the containers are made', { hold: '^docker compose .* up --detach --remove-orphans' }],
  [
    'once the schema is migrated',
    {
      seen: (run) =>
        run.until(async () => ((await services('dify-standby')).includes('migration exited') ? true : undefined)),
    },
  ],
  ['in postflight', { seen: (run) => run.says('apply       revision') }],
];

describe('the primary', () => {
  test('serves', async () => {
    await writeSecretKey(testbed.get().primary.folder);
    await primarySucceeds('install', '--yes');
  });

  test('has a backup set', async () => {
    const { directories } = testbed.get();
    const head = await sql('dify', 'SELECT version_num FROM alembic_version');
    const rows = `${MAIN_SQL} CREATE TABLE accounts (id int); UPDATE alembic_version SET version_num = '${head}';`;
    await sql('dify', `DROP TABLE dify_setups, alembic_version, tenants, accounts; ${rows}`);
    await sql('dify', PLUGIN_SQL, 'dify_plugin');
    await writeObjects(path.join(directories.primary, 'volumes/app/storage'));
    await writePackages(path.join(directories.primary, 'volumes/plugin_daemon'));
    await primarySucceeds('backup');
    await quickenKey(path.join(testbed.get().base, 'repository'), REPOSITORY_PASSWORD);
  });

  test('passes the checks of its standby region there', async () => {
    const { standby } = testbed.get();
    const { stdout } = await standby.run('preflight', '--only', 'recovery.standby.*', '-o', 'json');
    const checks = JSON.parse(stdout).checks.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`);
    expect(checks).toEqual([
      ...['recovery.standby.places pass', 'recovery.standby.set pass', 'recovery.standby.key pass'],
      // Weaviate is from a registry of its own, not from the one that the file names.
      ...['recovery.standby.images warn', 'recovery.standby.empty pass'],
    ]);
  });

  test('is not replaced while it answers, and nothing is made in the standby region', async () => {
    const { standby, url } = testbed.get();
    const { code, stderr } = await standby.run(...promotion());
    expect(code, stderr).toBe(2);
    expect(stderr.split('\n').filter((line) => line.includes('primary') || line.includes(url))).toEqual([
      expect.stringContaining(`${url} answers with status 200`),
      '  x the primary dify answers, so nothing was changed: two primaries would write different data',
      `    ${url}  answers with status 200`,
      '     -> stop the primary and keep it stopped: difyctl runbook, Promote the standby region',
    ]);
    expect(await services('dify-standby')).toEqual([]);
    await expect(stat(standbyState())).rejects.toThrow('ENOENT');
  });

  test('is shown with what a promotion would restore by a dry run', async () => {
    const { standby, identity, url } = testbed.get();
    const outcome = await standby.run('promote', '--dry-run', '--identity', identity, '-o', 'json');
    expect(outcome.code, told(outcome)).toBe(0);
    const { primary, seen, stage, outcome: what, plan } = JSON.parse(outcome.stdout);
    expect({ primary, seen, stage, what, steps: plan.map(({ step }: { step: string }) => step) }).toEqual({
      ...{ primary: 'dify', stage: 'empty', what: 'dry-run' },
      seen: [{ url, verdict: 'answers', observed: 'answers with status 200' }],
      steps: [
        ...['secrets', 'database-service', 'postgres-main', 'postgres-plugin', 'objects', 'private-keys'],
        'plugin-storage',
      ],
    });
    expect(await services('dify-standby')).toEqual([]);
  });

  test('is not replaced by an install of the standby file', async () => {
    const { code, stderr } = await testbed.get().standby.run('install', '--yes');
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('the file is of the standby region of dify, so nothing was changed');
  });
});

describe('a promotion after the primary is lost', () => {
  beforeAll(async () => {
    const { primary, directories } = testbed.get();
    await docker('compose', '-p', 'dify', 'down', '--volumes');
    await rm(directories.primary, { recursive: true, force: true });
    await rm(path.join(primary.folder, '.difyctl'), { recursive: true, force: true });
  });

  test.each(sample('moments of a promotion', MOMENTS, 2))('killed %s, is continued', async (_, { hold, seen }) => {
    const { standby, recorder } = testbed.get();
    const held = hold === undefined ? undefined : await recorder.hold(hold);
    const run = await standby.start(...promotion());
    if (held !== undefined) await Promise.race([held.reached(), endOf(run)]);
    await seen?.(run);
    run.kill('SIGKILL');
    const ended = await run.outcome;
    await held?.release();
    expect(ended.code, told(ended)).toBeUndefined();
  });

  test('is completed by the next run: every row, key and file, and postflight passes', async () => {
    const { standby, recorder, directories } = testbed.get();
    const last = await standby.run(...promotion('-o', 'json'));
    expect(last.code, told(last)).toBe(0);
    const { outcome, install, postflight, next } = JSON.parse(last.stdout);
    expect({ outcome, install, postflight }).toMatchObject({
      outcome: 'promoted',
      install: { revision: 2, exitCode: 0 },
      postflight: { fail: 0, unknown: 0 },
    });
    expect(next.at(0)).toContain('point the DNS records of ');
    expect(await sql('dify-standby', 'SELECT count(*) FROM upload_files')).toBe('3');
    expect(await sql('dify-standby', 'SELECT count(*) FROM plugin_installations', 'dify_plugin')).toBe('1');
    const storage = path.join(directories.standby, 'volumes/app/storage');
    expect(await readFile(path.join(storage, `upload_files/${TENANT}/2.txt`), 'utf8')).toBe('file 2');
    expect(await readFile(standbyState('.env'), 'utf8')).toContain(SECRET_KEY);
    expect(await leftRunning(recorder.folder)).toEqual([]);
    await expect(stat(standbyState('.difyctl/lock.json'))).rejects.toThrow('ENOENT');
    const { operation, restore } = JSON.parse(await readFile(standbyState('.difyctl/revisions/1.json'), 'utf8'));
    expect({ operation, promotion: restore.promotion }).toEqual({
      operation: 'restore',
      promotion: { primary: 'dify', seen: [expect.stringContaining('refuses the connection')] },
    });
    expect(await services('dify')).toEqual([]);
  });

  test('is not repeated', async () => {
    const again = await testbed.get().standby.run(...promotion('-o', 'json'));
    expect(again.code, told(again)).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'unchanged', stage: 'promoted', invariants: [] });
  });
});
