/** What accumulates on a server without maintenance. */
export interface UpkeepFact {
  /** Inactive replication slots, and the bytes of WAL that each retains. */
  readonly idleSlots: readonly { readonly name: string; readonly keptBytes: number }[];
  /** Replication slots whose WAL was removed. */
  readonly lostSlots: readonly string[];
  /** The database with the oldest unfrozen transaction; age in transactions. */
  readonly oldest?: { readonly database: string; readonly age: number };
  /** Prepared transactions older than one hour. */
  readonly forgotten: readonly string[];
  /** Databases of the deployment whose collation version differs from the library's. */
  readonly resorted: readonly string[];
}
