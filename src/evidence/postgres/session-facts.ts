/** One setting in a session of Dify. `source`: `default`, `configuration file`, `database`, `user`, `client`, … */
export interface SettingFact {
  readonly value: string;
  readonly source: string;
}

/** A trial in a transaction that is rolled back; `refused` has the server's code and text. */
export interface TrialFact {
  readonly refused?: { readonly code: string; readonly text: string };
}

/** What a session in one of Dify's databases sees, with Dify's own role. */
export interface SessionFact {
  /** The session's role; a pooler may replace the one of the login. */
  readonly user: string;
  readonly settings: Readonly<Record<SessionSetting, SettingFact | undefined>>;
  /** Schema of a table that names none; absent if no schema of the search path exists. */
  readonly schema?: string;
  /** True if the server of this session is a standby. */
  readonly isInRecovery?: boolean;
  /** Creates a table with a uuid, inserts a row and drops it. */
  readonly table: TrialFact;
  /** How the commit of that ended: `waits` if it hung until it was cancelled; absent if it was not reached. */
  readonly commit?: 'ended' | 'waits';
  /**
   * CREATE EXTENSION "uuid-ossp" and a use of it, as in the api's first migration; absent if migrations ran already,
   * and for the plugin daemon.
   */
  readonly uuid?: TrialFact;
  /**
   * Tables in schema public that this role neither owns nor inherits, for example of an earlier installation:
   * migrations cannot alter them.
   */
  readonly foreignTables: { readonly count: number; readonly owners: readonly string[] };
  /** Schemas in which migrations of the api have run. */
  readonly migrated?: readonly string[];
  /** Dify's tables of runs and messages, by the planner's statistics; absent if they do not exist. */
  readonly logTables?: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[];
  /**
   * `client_encoding` as set for the role or the database. A client that requests no encoding gets it, as Dify's do.
   */
  readonly clientEncoding?: string;
}

export const SESSION_SETTINGS = [
  'default_transaction_read_only',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'default_transaction_isolation',
  'synchronous_commit',
  'transaction_timeout',
  'TimeZone',
] as const;
export type SessionSetting = (typeof SESSION_SETTINGS)[number];
