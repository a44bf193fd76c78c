import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withRepository } from '../../src/backup/open-repository.ts';
import { setTags, writeManifest } from '../../src/backup/repository.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { makeParts } from '../../src/operations/backup/parts.ts';
import { openSources } from '../../src/operations/backup/sources.ts';
import { runbookChapters, runbookText } from '../../src/runbook/runbook.ts';
import { manifestOf } from '../support/backup-manifest.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { fakeSecrets } from '../support/secrets.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensureDebian } from '../testbed/provision/debian.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startPostgres } from '../testbed/services/postgres.ts';

const TENANT = '2d7e2b1c-5a0e-4c55-9a2c-7a1f7c1f0a01';
const PASSWORD = `it's a "pass:word"\\ of 100%`;
const BACKUP_PASSWORD = 'the password of the repository';
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const server = useTestbed(
  async () => {
    const postgres = await startPostgres({ password: PASSWORD, databases: ['dify', 'dify_plugin'] });
    await postgres.query(
      `CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('a1b2c3');
       CREATE TABLE accounts (id int); INSERT INTO accounts VALUES (7); CREATE TABLE dify_setups (version text);
       CREATE TABLE tenants (id uuid, encrypt_public_key text);
       INSERT INTO tenants VALUES ('${TENANT}', '${publicKey}')`,
      'dify',
    );
    await postgres.query('CREATE TABLE plugins (id int); INSERT INTO plugins VALUES (9)', 'dify_plugin');
    return postgres;
  },
  (postgres) => postgres.stop(),
);

let folder = '';
let path = '';

beforeAll(async () => {
  await ensureDebian(['age', 'jq']);
  const { restic } = await ensure(['restic']);
  path = `${dirname(restic)}:${process.env.PATH}`;
  folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the commands of a runbook restore a set into empty databases and folders', async () => {
  const identity = await generateX25519Identity();
  await writeFile(join(folder, 'identity'), `${identity}\n`);
  const deployment = parsedDeployment({
    ...SAMPLE_FILES['test-compose-bundled'],
    target: { type: 'compose', directory: './dify' },
    postgres: {
      ...{ mode: 'external', host: server.get().host, port: server.get().port, username: 'postgres' },
      ...{ password: { env: 'PG' }, databases: { main: 'dify', plugin: 'dify_plugin' } },
    },
    recovery: {
      backup: {
        ...{ repository: './repository', password: { env: 'BACKUP_PASSWORD' } },
        recipients: [await identityToRecipient(identity)],
      },
      vectorStore: { strategy: 'rebuild' },
    },
  });
  const storage = join(folder, 'dify/volumes/app/storage');
  const plugins = join(folder, 'dify/volumes/plugin_daemon');
  await mkdir(join(storage, 'privkeys', TENANT), { recursive: true });
  await writeFile(join(storage, 'privkeys', TENANT, 'private.pem'), privateKey);
  await mkdir(plugins, { recursive: true });
  await writeFile(join(plugins, 'package'), 'package');
  await writeFile(join(storage, 'one.txt'), 'uploaded');
  await makeSet(deployment);

  await rm(storage, { recursive: true });
  await rm(plugins, { recursive: true });
  await server.get().query('DROP TABLE accounts, tenants', 'dify');
  await runChapter(deployment, 'restore-a-backup-set');

  expect((await readdir(storage, { recursive: true })).toSorted()).toEqual(
    ['one.txt', 'privkeys', `privkeys/${TENANT}`, `privkeys/${TENANT}/private.pem`].toSorted(),
  );
  expect(await readFile(join(storage, 'privkeys', TENANT, 'private.pem'), 'utf8')).toBe(privateKey);
  expect(await readFile(join(plugins, 'package'), 'utf8')).toBe('package');
  expect(await server.get().query('SELECT id FROM accounts', 'dify')).toContain('7');
  expect(await server.get().query('SELECT id FROM plugins', 'dify_plugin')).toContain('9');
  const kept = await server.get().query("SELECT datname FROM pg_database WHERE datname ~ 'before'", 'dify');
  expect(kept.trim().split(/\s+/).toSorted()).toEqual(['dify_before_restore', 'dify_plugin_before_restore']);
});

/** Makes one set, as `difyctl backup` does. */
async function makeSet(deployment: Deployment): Promise<void> {
  const redact = (text: string): string => text;
  const runner = createRunner({
    env: { PATH: path, HOME: folder },
    hiddenNames: new Set(),
    passNames: new Set(),
    redact,
  });
  const fake = fakeSecrets(deployment);
  const known: Readonly<Record<string, string>> = {
    ...{ 'postgres.password': PASSWORD, 'recovery.backup.password': BACKUP_PASSWORD },
  };
  const secrets = { ...fake, get: (one: string) => known[one] ?? fake.get(one) };
  const input = { deployment, baseDirectory: folder, secrets, runner, redact };
  const temporary = await mkdtemp(join(folder, 'run-'));
  await withRepository(input, async (restic) => {
    await restic.init();
    const context = {
      ...{ ...input, restic, kubeArgs: [], engine: 'restic', set: 'dify-1', folder: temporary },
      ...{ cache: join(folder, 'cache'), signal: AbortSignal.timeout(120_000) },
      ...{ onStart: () => undefined, onBytes: () => undefined },
    };
    const sources = await openSources(context);
    const recipients = deployment.recovery?.backup?.recipients ?? [];
    const made = await makeParts(
      { file: 'name: dify\n', revision: undefined, earlier: undefined, commonPoint: new Date(), sources, recipients },
      context,
      () => undefined,
    );
    const snapshots = await restic.snapshots(setTags('dify', 'dify-1'));
    const parts = made.map((part) => ({ ...part, tree: snapshots.find(({ id }) => id === part.snapshot)?.tree }));
    await writeManifest(restic, manifestOf({ parts }), {});
  });
}

/** Runs the commands of a chapter in one shell, as an operator would, without those of difyctl. */
async function runChapter(deployment: Deployment, id: string): Promise<void> {
  const text = runbookText({
    ...{ deployment, baseDirectory: folder, file: 'difyctl.yaml', drill: undefined, rehearsal: undefined },
    now: new Date(),
  });
  const chapter = runbookChapters(text).find((one) => one.id === id)?.text ?? '';
  const lines = [...chapter.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => !line.startsWith('difyctl '));
  const env = {
    ...{ PATH: path, HOME: folder, PGPASSWORD: PASSWORD, BACKUP_PASSWORD },
    ...{ SET: 'dify-1', IDENTITY: join(folder, 'identity'), ADMIN: 'postgres' },
  };
  await execa('bash', ['-euo', 'pipefail', '-c', lines.join('\n')], { cwd: folder, env, extendEnv: false });
}
