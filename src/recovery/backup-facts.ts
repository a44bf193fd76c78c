/** One complete backup set. */
export interface BackupSetFact {
  readonly set: string;
  /** T of the set: what was written later is not in it. ISO 8601 in UTC. */
  readonly commonPoint: string;
  /** Seconds from the start of the run to its end. */
  readonly seconds: number;
  /** Before compression and deduplication. */
  readonly bytes: number;
  /** Parts that the set has a copy of, such as `postgres-main`. */
  readonly copied: readonly string[];
  /** Why the set cannot be restored. Empty if it can. */
  readonly faults: readonly string[];
}

/** The newest `difyctl backup verify` of this machine, or why its record cannot be read. */
type VerificationFact =
  | {
      /** ISO 8601 in UTC. */
      readonly at: string;
      /** The share of the data that was read: `3/7`. */
      readonly share: string;
      /** What was wrong. Empty if everything verified. */
      readonly faults: readonly string[];
    }
  | { readonly reason: string };

/** What the repository of backups has of a deployment. */
export interface BackupFacts {
  /** False if the first backup has not created it. */
  readonly exists: boolean;
  /** The newest sets with a readable manifest, newest first. */
  readonly newest: readonly BackupSetFact[];
  /** Number of sets with a manifest. */
  readonly total: number;
  /** When the oldest of them was made. Undefined if there is none. */
  readonly oldest?: string;
  /** Newest sets whose manifest cannot be used. */
  readonly unreadable: readonly { readonly set: string; readonly reason: string }[];
  /** Sets whose run did not end. `at`: the time of its newest snapshot. */
  readonly partial: readonly { readonly set: string; readonly at: string }[];
  /** Number of sets that the settings no longer keep. */
  readonly surplus: number;
  /** Free bytes of the disk, if the repository is a folder of this machine. */
  readonly freeBytes?: number;
  readonly verification?: VerificationFact;
  /** Whether SECRET_KEY of this place opens the newest set. Undefined if this place has none. Only of a standby. */
  readonly isKeyOfSet?: boolean;
}

/** The newest set that can be restored; undefined if there is none. */
export function newestSet({ newest }: Pick<BackupFacts, 'newest'>): BackupSetFact | undefined {
  return newest.find(({ faults }) => faults.length === 0);
}

/** Seconds since the common point of a set. */
export function ageOf({ commonPoint }: Pick<BackupSetFact, 'commonPoint'>, now: Date): number {
  return Math.max(0, (now.getTime() - Date.parse(commonPoint)) / 1_000);
}
