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

/** Apps of a tenant, by what a drill that runs their workflow finds. All but `keyless` have an API key. */
export const APPS = {
  ready: '22222222-2222-4222-8222-000000000001',
  chat: '22222222-2222-4222-8222-000000000002',
  keyless: '22222222-2222-4222-8222-000000000003',
  unpublished: '22222222-2222-4222-8222-000000000004',
  outside: '22222222-2222-4222-8222-000000000005',
} as const;

/** The API key of an app. */
export const keyOf = (app: keyof typeof APPS): string => `app-key-of-the-app-${app}`;

const START = { id: 'start', data: { type: 'start', variables: [{ variable: 'question', required: true }] } };
const END = {
  id: 'end',
  data: { type: 'end', outputs: [{ variable: 'answer', value_selector: ['start', 'question'] }] },
};
const MODEL = { id: 'llm', data: { type: 'llm' } };
const GRAPHS = { ready: [START, END], keyless: [START, END], outside: [START, MODEL, END] } as const;
const names = Object.keys(APPS) as readonly (keyof typeof APPS)[];

/** The tables of Dify that a run of a workflow reads (langgenius/dify api/models, 1.16), with these apps. */
export const WORKFLOW_SQL = `
  CREATE TABLE apps (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, mode varchar(255) NOT NULL, workflow_id uuid, enable_api boolean NOT NULL);
  CREATE TABLE workflows (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), app_id uuid NOT NULL, graph text NOT NULL);
  CREATE TABLE api_tokens (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), app_id uuid, tenant_id uuid, type varchar(16) NOT NULL,
    token varchar(255) NOT NULL, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP);
  ${names.map((name) => `INSERT INTO apps VALUES ('${APPS[name]}', '${TENANT}', '${name === 'chat' ? 'advanced-chat' : 'workflow'}', NULL, true);`).join('\n  ')}
  ${Object.entries(GRAPHS)
    .map(
      ([name, nodes]) =>
        `INSERT INTO workflows (app_id, graph) VALUES ('${APPS[name as keyof typeof GRAPHS]}', '${JSON.stringify({ nodes })}');`,
    )
    .join('\n  ')}
  UPDATE apps SET workflow_id = workflows.id FROM workflows WHERE workflows.app_id = apps.id;
  ${names
    .filter((name) => name !== 'keyless')
    .map(
      (name) =>
        `INSERT INTO api_tokens (app_id, tenant_id, type, token) VALUES ('${APPS[name]}', '${TENANT}', 'app', '${keyOf(name)}');`,
    )
    .join('\n  ')}`;

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
