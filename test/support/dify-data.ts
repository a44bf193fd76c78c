import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { SYSTEM_VECTOR, TENANT_VECTOR } from '../backup/invariants/vectors.ts';

export const TENANT = '11111111-1111-4111-8111-111111111111';
const PACKAGE = 'langgenius/openai:0.2.8@1cb2f90e';
export const SECRET_KEY = SYSTEM_VECTOR.secretKey;

/** The tables of Dify's main database that invariants read, with one tenant and three uploaded files. */
export const MAIN_SQL = `
  CREATE TABLE dify_setups (version text PRIMARY KEY, setup_at timestamp NOT NULL DEFAULT now());
  INSERT INTO dify_setups VALUES ('1.16.1');
  CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
  INSERT INTO alembic_version VALUES ('4474872b0ee6');
  CREATE TABLE tenants (id uuid PRIMARY KEY, name text NOT NULL, encrypt_public_key text);
  INSERT INTO tenants VALUES ('${TENANT}', 'acme', '${TENANT_VECTOR.publicKey}');
  CREATE TABLE provider_credentials (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL, encrypted_config text NOT NULL);
  INSERT INTO provider_credentials (tenant_id, encrypted_config)
    VALUES ('${TENANT}', '${JSON.stringify({ base_url: 'https://models.example', api_key: TENANT_VECTOR.token })}');
  CREATE TABLE tool_oauth_system_clients (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), encrypted_oauth_params text NOT NULL);
  INSERT INTO tool_oauth_system_clients (encrypted_oauth_params) VALUES ('${SYSTEM_VECTOR.sealed}');
  CREATE TABLE upload_files (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), key text NOT NULL, created_at timestamp NOT NULL DEFAULT now());
  INSERT INTO upload_files (key, created_at)
    SELECT 'upload_files/${TENANT}/' || n || '.txt', timestamp '2026-11-22 11:00:00' + n * interval '1 minute' FROM generate_series(1, 3) n;
  CREATE TABLE tool_files (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), file_key text NOT NULL, created_at timestamp NOT NULL DEFAULT now());`;

/** The table of the plugin daemon that invariants read, with one installed plugin. */
export const PLUGIN_SQL = `
  CREATE TABLE plugin_installations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), plugin_unique_identifier text NOT NULL, runtime_type text);
  INSERT INTO plugin_installations (plugin_unique_identifier, runtime_type) VALUES ('${PACKAGE}', 'local');`;

/** Writes the objects that these rows name: the tenant's key and the files. */
export async function writeObjects(folder: string): Promise<void> {
  await put(folder, `privkeys/${TENANT}/private.pem`, TENANT_VECTOR.privateKey);
  for (const n of [1, 2, 3]) await put(folder, `upload_files/${TENANT}/${n}.txt`, `file ${n}`);
}

/** Writes the package of the installed plugin. */
export async function writePackages(folder: string): Promise<void> {
  await put(folder, `plugin/${PACKAGE}`, 'a package');
}

/** Writes SECRET_KEY as a generated secret of the deployment `dify`, before its first install. */
export async function writeSecretKey(folder: string): Promise<void> {
  const document = { kind: 'SecretsCache', version: 1, difyctl: '0.1.0', secrets: { 'secrets.secretKey': SECRET_KEY } };
  const state = join(folder, '.difyctl/dify');
  await mkdir(state, { recursive: true, mode: 0o700 });
  await writeFile(join(state, 'secrets.yaml'), JSON.stringify(document), { mode: 0o600 });
}

/** Reads a generated secret of the deployment `dify`, such as `vectorStore.apiKey`. Throws Error if there is none. */
export async function generatedSecret(folder: string, path: string): Promise<string> {
  const { secrets } = parse(await readFile(join(folder, '.difyctl/dify/secrets.yaml'), 'utf8'));
  if (typeof secrets[path] !== 'string') throw new Error(`${path} was not generated`);
  return secrets[path];
}

async function put(folder: string, key: string, text: string): Promise<void> {
  const path = join(folder, key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
