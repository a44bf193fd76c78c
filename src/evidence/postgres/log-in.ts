import { compact } from '../../base/json.ts';
import type { ExternalPostgres } from '../../deployment/schema/postgres.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { resolvedSecret } from '../secret-values.ts';
import type { EntryFact, LoginFault } from './facts.ts';
import { PostgresFault } from './faults.ts';
import type { PoolerFact } from './pooler-facts.ts';
import { type Login, openSession, type ServerAccess, type Session } from './session.ts';

/** Result of a login to one of the databases. */
export interface LoggedIn {
  readonly entry: EntryFact;
  /**
   * A session in the database itself or, if `entry` has a fault, in `postgres`; absent if the role can connect to
   * neither.
   */
  readonly session?: Session;
  /** Opens another session with the same login; default: the same database. */
  readonly open: (database?: string) => Promise<Session>;
  readonly refusedOptions?: PoolerFact['refusedOptions'];
}

/** The database that createdb and the plugin daemon connect to if their own does not exist. */
const MAINTENANCE = 'postgres';

/**
 * Logs in to a database with its own role. A refusal is recorded in `entry`. Throws ProbeError for an error before the
 * login.
 */
export async function logIn(
  access: ServerAccess,
  postgres: ExternalPostgres,
  which: 'main' | 'plugin',
  secrets: SecretValues | undefined,
  options?: string,
): Promise<LoggedIn> {
  const own = postgres.databases[which];
  const named = typeof own === 'string' ? { name: own } : own;
  const base = { which, database: named.name, username: named.username ?? postgres.username };
  const path = named.password === undefined ? 'postgres.password' : `postgres.databases.${which}.password`;
  const password = resolvedSecret(secrets, path);
  const login = { username: base.username, password: password ?? '', ...compact({ options }) };
  const opening = (plan: Omit<Login, 'database'>) => (database?: string) =>
    openSession(access, { ...plan, database: database ?? base.database });
  if (password === undefined) {
    const text = `the password (${path}) is missing: its reference does not resolve`;
    const fault: LoginFault = { stage: 'login', code: 'NO_SECRET', text, kind: 'no-secret' };
    return { entry: { ...base, fault }, open: opening(login) };
  }
  const first = await attempt(opening(login));
  if (first.session !== undefined) return { entry: base, session: first.session, open: opening(login) };
  const { fault } = first;
  if (options !== undefined && fault.kind === 'other') {
    const without = opening({ username: base.username, password });
    const second = await attempt(without);
    const refusedOptions = { code: fault.code, text: fault.text };
    if (second.session !== undefined) return { entry: base, session: second.session, open: without, refusedOptions };
  }
  if (!ELSEWHERE.has(fault.kind)) return { entry: { ...base, fault }, open: opening(login) };
  // The role may log in, but this database does not exist or is closed: a session in `postgres` shows why, and what the
  // role may do about it.
  const open = (database?: string) => opening(login)(database ?? MAINTENANCE);
  const { session } = await attempt(open);
  return { entry: { ...base, fault, mayEnterPostgres: session !== undefined }, ...compact({ session }), open };
}

/** Faults of a database, not of the role. */
const ELSEWHERE: ReadonlySet<LoginFault['kind']> = new Set([
  'no-database',
  'closed-database',
  'no-connect',
  'database-limit',
]);

type Attempt =
  | { readonly session: Session; readonly fault?: never }
  | { readonly session?: never; readonly fault: LoginFault };

async function attempt(open: () => Promise<Session>): Promise<Attempt> {
  try {
    return { session: await open() };
  } catch (error) {
    if (error instanceof PostgresFault) return { fault: error.login };
    throw error;
  }
}
