import { evidenceKey } from '../evidence.ts';

/** What is installed under the deployment's name already. */
export interface InstalledFact {
  /** Images of Dify's API that started there, or would again: whoever runs it brings the database to its own version. */
  readonly images: readonly string[];
  /** What difyctl recorded of its installs, oldest first; outlives an uninstall, as data may. */
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
