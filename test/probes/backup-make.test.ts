import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MakeContext } from '../../src/backup/make/context.ts';
import { partOf } from '../../src/backup/manifest.ts';
import { withRepository } from '../../src/backup/open-repository.ts';
import { newestIntact, readSets, setTags, storedParts, writeManifest } from '../../src/backup/repository.ts';
import { decryptSecrets, SECRETS_FILE } from '../../src/backup/secrets-document.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { makeParts, type PartsInput } from '../../src/operations/backup/parts.ts';
import { openSources } from '../../src/operations/backup/sources.ts';
import { manifestOf } from '../support/backup-manifest.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { fakeSecrets } from '../support/secrets.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { startPostgres } from '../testbed/services/postgres.ts';

const TENANT = '2d7e2b1c-5a0e-4c55-9a2c-7a1f7c1f0a01';
const PASSWORD = `it's a "pass:word"\\ of 100%`;
const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const server = useTestbed(
  async () => {
    const postgres = await startPostgres({
      password: PASSWORD,
      databases: ['dify', 'dify_plugin', 'other', 'dify_old'],
    });
    const tables = `CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('a1b2c3');
       CREATE TABLE accounts (id int); CREATE TABLE dify_setups (version text);
       CREATE TABLE tenants (id uuid, encrypt_public_key text);
       INSERT INTO tenants VALUES ('${TENANT}', '${KEYS.publicKey}')`;
    await postgres.query(tables, 'dify');
    await postgres.query(tables, 'dify_old');
    await postgres.query('CREATE TABLE plugins (id int)', 'dify_plugin');
    return postgres;
  },
  (postgres) => postgres.stop(),
);

let folder = '';
let path = '';

beforeAll(async () => {
  const { restic } = await ensure(['restic']);
  path = `${dirname(restic)}:${process.env.PATH}`;
  folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
  const storage = join(folder, 'dify/volumes/app/storage');
  await mkdir(join(storage, 'privkeys', TENANT), { recursive: true });
  await mkdir(join(storage, 'upload_files'), { recursive: true });
  await mkdir(join(folder, 'dify/volumes/plugin_daemon/plugin'), { recursive: true });
  await writeFile(join(storage, 'privkeys', TENANT, 'private.pem'), KEYS.privateKey);
  await writeFile(join(storage, 'upload_files', 'one.txt'), 'uploaded');
  await writeFile(join(folder, 'dify/volumes/plugin_daemon/plugin/package'), 'package');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Calls `use` with the inputs of one set. `databases` are those of the file. */
async function onContext<T>(
  use: (context: MakeContext) => Promise<T>,
  databases: JsonObject = { main: 'dify', plugin: 'dify_plugin' },
): Promise<T> {
  const { host, port } = server.get();
  const deployment = parsedDeployment({
    ...SAMPLE_FILES['test-compose-bundled'],
    target: { type: 'compose', directory: './dify' },
    postgres: { mode: 'external', host, port, username: 'postgres', password: { env: 'PG' }, databases },
    recovery: {
      backup: { repository: './repository', password: { env: 'BACKUP_PASSWORD' } },
      vectorStore: { strategy: 'rebuild' },
    },
  });
  const redact = (text: string): string => text;
  const env = { PATH: path, HOME: folder, PGPASSWORD: 'of another program' };
  const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact });
  const fake = fakeSecrets(deployment);
  const secrets = { ...fake, get: (one: string) => (one === 'postgres.password' ? PASSWORD : fake.get(one)) };
  const input = { deployment, baseDirectory: folder, secrets, runner, redact };
  const temporary = await mkdtemp(join(folder, 'run-'));
  return withRepository(input, async (restic) => {
    if (!(await restic.exists())) await restic.init();
    return use({
      ...{ ...input, restic, kubeArgs: [], engine: 'restic', set: 'dify-1', folder: temporary },
      cache: join(folder, 'cache'),
      signal: AbortSignal.timeout(120_000),
      onStart: () => undefined,
      onBytes: () => undefined,
    });
  });
}

/** Makes a set. Returns the sets that read its unchanged parts, by the part. */
async function makeSet(
  context: MakeContext,
  { earlier, recipients = [] }: Partial<Pick<PartsInput, 'earlier' | 'recipients'>>,
) {
  const { restic, set, signal } = context;
  const sources = await openSources(context);
  expect(sources.facts.schemaHead).toBe('a1b2c3');
  const input = { file: 'name: dify\n', revision: undefined, earlier, commonPoint: new Date(), sources, recipients };
  const made = await makeParts(input, context, () => undefined);
  const parts = storedParts(made, await restic.snapshots(setTags('dify', set), { signal }));
  await writeManifest(restic, manifestOf({ set, parts }), { signal });
  const since = made.map(({ part, details }) => [part, details.unchangedSince] as const);
  return { unchanged: Object.fromEntries(since.filter(([, from]) => from !== undefined)) };
}

describe('a set of a Compose project with an external PostgreSQL', () => {
  test('has every part, and only the age key opens its secrets', async () => {
    const identity = await generateX25519Identity();
    await onContext(async (context) => {
      const { restic, deployment, secrets, set, signal } = context;
      await makeSet(context, { recipients: [await identityToRecipient(identity)] });
      const [found, ...more] = (await readSets(restic, deployment.name, { signal })).sets;
      expect({ faults: found?.faults, more }).toEqual({ faults: [], more: [] });
      const manifest = found?.manifest ?? manifestOf();
      expect(partOf(manifest, 'postgres-main').details).toMatchObject({ database: 'dify', tables: 4 });
      expect(partOf(manifest, 'vectors')).toMatchObject({ mechanism: 'rebuild', details: { segments: 0 } });

      const restored = join(folder, 'restored');
      await restic.restore(partOf(manifest, 'objects').snapshot ?? '', restored, { signal });
      expect((await readdir(restored, { recursive: true })).toSorted()).toEqual([
        ...['upload_files', 'upload_files/one.txt'],
      ]);
      const plugins = join(folder, 'plugins');
      await restic.restore(partOf(manifest, 'plugin-storage').snapshot ?? '', plugins, { signal });
      expect(await readFile(join(plugins, 'plugin/package'), 'utf8')).toBe('package');
      const configuration = join(folder, 'configuration');
      await restic.restore(partOf(manifest, 'configuration').snapshot ?? '', configuration, { signal });
      expect((await readdir(configuration)).toSorted()).toEqual(['difyctl.yaml', 'installation.json', 'roles.sql']);

      const text = await restic.text(partOf(manifest, 'secrets').snapshot ?? '', `/${SECRETS_FILE}`, { signal });
      const key = secrets.get('secrets.secretKey');
      expect(text.includes(key)).toBe(false);
      const opened = await decryptSecrets(text, [identity], set);
      expect(opened.secrets['secrets.secretKey']).toBe(key);
      expect(opened.secrets['recovery.backup.password']).toBeUndefined();
      expect(opened.files).toEqual({ [`privkeys/${TENANT}/private.pem`]: KEYS.privateKey });
      await expect(decryptSecrets(text, [await generateX25519Identity()], set)).rejects.toThrow(
        'the age key does not open the secrets of dify-1',
      );
      await expect(decryptSecrets(text, [identity], 'dify-2')).rejects.toThrow('belongs to another set');
    });
  });

  test('has the databases of the set before without reading them, until something is written', async () => {
    await onContext(async (first) => {
      const { restic, signal } = first;
      const context = { ...first, set: 'dify-2' };
      const earlier = await newestIntact(restic, 'dify', { signal });
      expect((await makeSet(context, { earlier })).unchanged).toEqual({
        ...{ 'postgres-main': 'dify-1', 'postgres-plugin': 'dify-1' },
      });
      // Its snapshots are its own: the set before can be removed.
      await restic.forget((await restic.snapshots(setTags('dify', 'dify-1'))).map(({ id }) => id));
      const { sets, partial } = await readSets(restic, 'dify', { signal });
      expect({ sets: sets.map(({ manifest, faults }) => [manifest.set, faults]), partial }).toEqual({
        ...{ sets: [['dify-2', []]], partial: {} },
      });
      const { snapshot = '', file = '' } = partOf(sets[0]?.manifest ?? manifestOf(), 'postgres-main');
      expect(await restic.pipe(snapshot, file, ['pg_restore', '--list'])).toContain('TABLE DATA public tenants');
      await server.get().query('INSERT INTO accounts VALUES (1)', 'dify');
      const third = { ...first, set: 'dify-3' };
      expect((await makeSet(third, { earlier: sets[0]?.manifest })).unchanged).toEqual({});
    });
  });

  test.each([
    [
      { main: 'other' },
      "the database other at HERE is not Dify's: it has no table accounts, alembic_version, dify_setups",
    ],
    [{ main: 'dify_old', plugin: 'dify' }, "the database dify at HERE is the main database, not the plugin daemon's"],
  ])('refuses the databases %j before anything is copied', async (databases, message) => {
    const { host, port } = server.get();
    await expect(onContext(openSources, databases)).rejects.toThrow(message.replace('HERE', `${host}:${port}`));
  });

  test('refuses a storage without the private key of a tenant', async () => {
    await rm(join(folder, 'dify/volumes/app/storage/privkeys'), { recursive: true });
    await expect(onContext(openSources)).rejects.toThrow(
      `the private key of tenant ${TENANT} is missing in the files: privkeys/${TENANT}/private.pem`,
    );
    await rm(join(folder, 'dify/volumes/app/storage'), { recursive: true });
    await expect(onContext(openSources)).rejects.toThrow('volumes/app/storage does not exist');
  });
});
