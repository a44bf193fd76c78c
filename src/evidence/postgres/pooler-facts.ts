/** A connection pooler in front of the server. */
export interface PoolerFact {
  readonly product: 'PgBouncer' | 'unknown';
  readonly version?: string;
  readonly mode?: 'session' | 'transaction' | 'statement';
  /** Whether a prepared statement still exists on another server connection; absent if that could not be observed. */
  readonly keepsPrepared?: boolean;
  /** Outcome of a second session beside Dify's first; absent if it was served. */
  readonly next?: 'waits' | 'refused';
  /** Why the api's startup options were refused; absent if they were accepted. */
  readonly refusedOptions?: { readonly code: string; readonly text: string };
  /** The pooler's own settings; absent if this role may not read its console. */
  readonly console?: {
    readonly poolSizes: Readonly<Record<string, number>>;
    readonly defaultPoolSize: number;
    readonly maxClients: number;
  };
}
