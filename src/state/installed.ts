import type { SecretPath } from '../base/secret-ref.ts';
import type { EditedVariable } from './secrets/edited.ts';
import type { ResolvedReference } from './secrets/references.ts';

/** What the existing installation shows about its own secrets. */
export interface InstalledState {
  /** Variables of the newest revision's Secret, or of the project's `.env`. Empty if nothing is installed. */
  readonly data: Readonly<Record<string, string>>;
  /** The variable of each secret, as the newest revision recorded it. Empty if no revision did. */
  readonly keys: Readonly<Record<SecretPath, string>>;
  /**
   * Evidence, in words, that data may have been stored with these secrets: `Helm release dify`, `claim
   * dify-plugin-daemon`.
   */
  readonly traces: readonly string[];
  /** The Secrets that External Secrets created, newest first. */
  readonly external?: readonly ExternalData[];
  /** Edited variables by name. Undefined if the values are not recorded. */
  readonly edited?: ReadonlyMap<string, EditedVariable>;
  /** Notes to show once: revisions that cannot be read. */
  readonly notes?: readonly string[];
}

/** The values of a Secret of External Secrets, and the source of each (`sourceText`), by path. */
interface ExternalData {
  readonly data: Readonly<Record<SecretPath, string>>;
  readonly sources: Readonly<Record<SecretPath, string>>;
}

/** The installation as the authority for generated secrets. */
export interface InstalledSecrets {
  /** Where the installation is, in words: `namespace dify`. */
  readonly where: string;
  /** Throws ExternalError if the installation cannot be read, UserError if it is foreign. */
  read(signal: AbortSignal): Promise<InstalledState>;
  /** Returns one key of a Secret that the file names. Never throws. */
  kubernetesSecret(name: string, key: string): Promise<ResolvedReference>;
}
