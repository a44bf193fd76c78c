import { decryptsWithSecretKey } from '../decrypt/system-params.ts';
import type { SystemSecretFact } from '../facts.ts';
import { existing, type Query } from './source.ts';

/** Tables with `encrypted_oauth_params` (langgenius/dify api/models/tools.py and trigger.py, 1.16). */
const TABLES = ['tool_oauth_system_clients', 'trigger_oauth_system_clients'];
const MOST = 20;

/** Reads values that Dify encrypted with SECRET_KEY, and tries the key on each; at most 20 of each table. */
export async function readSystemSecrets(query: Query, secretKey: string): Promise<readonly SystemSecretFact[]> {
  const facts: SystemSecretFact[] = [];
  for (const table of await existing(query, TABLES)) {
    const rows = await query(
      `SELECT id::text AS id, encrypted_oauth_params AS sealed FROM ${table} ORDER BY id LIMIT ${MOST}`,
    );
    for (const { id, sealed } of rows)
      facts.push({ row: `${table} ${id}`, decrypts: decryptsWithSecretKey(String(sealed), secretKey) });
  }
  return facts;
}
