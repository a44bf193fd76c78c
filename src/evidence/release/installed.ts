import { evidenceKey } from '../evidence.ts';

/** What is already installed under the deployment's name. */
export interface InstalledFact {
  /**
   * Images of Dify's API that were started, or would be started again: each migrates the database to its own version.
   */
  readonly images: readonly string[];
  /** difyctl's revisions, oldest first; they outlive an uninstall, as data may. */
  readonly records: readonly InstallRecord[];
}

/** One revision that difyctl recorded. */
export interface InstallRecord {
  readonly number: number;
  /** `open`, `applied`, `failed`, `interrupted`, `rolled-back` or `removed`. */
  readonly outcome: string;
  /** Dify's version in the file that was applied. */
  readonly version: string;
}
export const RELEASE_INSTALLED = evidenceKey<InstalledFact>('release.installed', 1);
