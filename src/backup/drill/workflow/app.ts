import { existing, type Query } from '../../invariants/read/source.ts';

/** The app of the file in the restored database. `key`: its newest API key, a secret. */
export type AppInSet =
  | { readonly state: 'missing' | 'not-published' | 'no-key' }
  | { readonly state: 'other-mode'; readonly mode: string }
  | { readonly state: 'ready'; readonly key: string };

/** Characters of a key that a header can carry. Dify's keys are `app-` and 24 letters and digits. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** Reads an app, and the newest of its API keys. Throws ExternalError if the database does not answer. */
export async function readApp(query: Query, id: string): Promise<AppInSet> {
  const tables = await existing(query, ['apps', 'api_tokens']);
  if (!tables.includes('apps')) return { state: 'missing' };
  const [app] = await query('SELECT mode, workflow_id FROM apps WHERE id = $1::uuid', [id]);
  if (app === undefined) return { state: 'missing' };
  if (app.mode !== 'workflow') return { state: 'other-mode', mode: String(app.mode) };
  if (app.workflow_id === null) return { state: 'not-published' };
  if (!tables.includes('api_tokens')) return { state: 'no-key' };
  const sql = "SELECT token FROM api_tokens WHERE app_id = $1::uuid AND type = 'app' ORDER BY created_at DESC LIMIT 1";
  const key = String((await query(sql, [id]))[0]?.token ?? '');
  return KEY.test(key) ? { state: 'ready', key } : { state: 'no-key' };
}
