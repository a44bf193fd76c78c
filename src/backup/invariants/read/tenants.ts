import type { KeyObject } from 'node:crypto';
import { publicKeyDigest } from '../../fingerprint.ts';
import { decryptToken, firstToken, isPairOf, TOKEN_START, tenantKey } from '../decrypt/tenant-token.ts';
import type { TenantFact } from '../facts.ts';
import { existing, type ObjectReader, type Query } from './source.ts';

/**
 * Columns that Dify encrypts with the tenant's key (langgenius/dify api/models, 1.0 to 1.16). `providers` had the column
 * until 1.8.
 */
const COLUMNS = [
  ['provider_credentials', 'encrypted_config'],
  ['provider_model_credentials', 'encrypted_config'],
  ['providers', 'encrypted_config'],
  ['provider_models', 'encrypted_config'],
  ['tool_builtin_providers', 'encrypted_credentials'],
  ['datasource_providers', 'encrypted_credentials'],
] as const;

/** SHA-256 of the public key of each tenant whose private key is in the encrypted secrets of the set. */
export type SealedKeys = Readonly<Record<string, string>>;

/**
 * Reads the private key of each tenant, compares it with the public key of the database, and decrypts one stored
 * credential. The facts contain neither keys nor credentials.
 */
export async function readTenants(
  query: Query,
  objects: ObjectReader,
  sealed: SealedKeys | undefined,
): Promise<readonly TenantFact[]> {
  const rows = await query('SELECT id::text AS id, encrypt_public_key AS key FROM tenants ORDER BY id');
  const tokens = await tokensOf(query);
  const facts: TenantFact[] = [];
  for (const { id, key } of rows) facts.push(await factOf(String(id), key, tokens.get(String(id)), objects, sealed));
  return facts;
}

async function factOf(
  tenant: string,
  publicPem: unknown,
  token: string | undefined,
  objects: ObjectReader,
  sealed: SealedKeys | undefined,
): Promise<TenantFact> {
  const pem = await objects.read(`privkeys/${tenant}/private.pem`);
  const unused = token === undefined ? 'none' : 'fails';
  const digest = typeof publicPem === 'string' ? publicKeyDigest(publicPem) : undefined;
  if (pem === undefined && digest !== undefined && sealed?.[tenant] === digest)
    return { tenant, key: 'sealed', credential: token === undefined ? 'none' : 'sealed' };
  if (pem === undefined) return { tenant, key: 'missing', credential: unused };
  const key = keyOf(pem);
  if (key === undefined) return { tenant, key: 'unreadable', credential: unused };
  const isPair = typeof publicPem === 'string' && isPairOf(key, publicPem);
  return { tenant, key: isPair ? 'matches' : 'other', credential: token === undefined ? 'none' : tried(token, key) };
}

function keyOf(pem: Uint8Array): KeyObject | undefined {
  try {
    return tenantKey(pem);
  } catch {
    return undefined;
  }
}

function tried(token: string, key: KeyObject): TenantFact['credential'] {
  try {
    decryptToken(token, key);
    return 'decrypts';
  } catch {
    return 'fails';
  }
}

/** One encrypted token of each tenant that has any. */
async function tokensOf(query: Query): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [table, column] of await columnsOf(query)) {
    const rows = await query(
      `SELECT DISTINCT ON (tenant_id) tenant_id::text AS tenant, ${column}::text AS config FROM ${table}
        WHERE tenant_id IS NOT NULL AND ${column}::text LIKE $1 ORDER BY tenant_id`,
      [`%${TOKEN_START}%`],
    );
    for (const { tenant, config } of rows) {
      const token = firstToken(String(config));
      if (token !== undefined && !found.has(String(tenant))) found.set(String(tenant), token);
    }
  }
  return found;
}

async function columnsOf(query: Query): Promise<readonly (typeof COLUMNS)[number][]> {
  const tables = await existing(
    query,
    COLUMNS.map(([table]) => table),
  );
  const rows = await query(
    `SELECT table_name::text AS name, column_name::text AS col FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = ANY($1)`,
    [tables],
  );
  const known = new Set(rows.map(({ name, col }) => `${name} ${col}`));
  return COLUMNS.filter(([table, column]) => known.has(`${table} ${column}`));
}
