import type { SecretPath } from '../base/secret-ref.ts';
import type { EditedVariable } from './secrets/edited.ts';
import type { ResolvedReference } from './secrets/references.ts';

/** What the living installation knows of its own secrets. */
export interface InstalledState {
  /** Variables of the newest revision's Secret, or of the running project's `.env`. Empty where nothing is installed. */
  readonly data: Readonly<Record<string, string>>;
  /** Which variable holds which secret, as the newest revision recorded it. Empty where none did. */
  readonly keys: Readonly<Record<SecretPath, string>>;
  /** What shows that data may have been stored with these secrets, each in words: `Helm release dify`, `claim dify-plugin-daemon`. */
  readonly traces: readonly string[];
  /** By the variable's name; absent where nothing records the values. */
  readonly edited?: ReadonlyMap<string, EditedVariable>;
  /** To be said once: revisions that cannot be read. */
  readonly notes?: readonly string[];
}

/** The installation as the authority for generated secrets. */
export interface InstalledSecrets {
  /** Where it was looked, for people: `namespace dify`. */
  readonly where: string;
  /** Throws ExternalError where it cannot be read, UserError where it is somebody else's. */
  read(signal: AbortSignal): Promise<InstalledState>;
  /** One key of a Secret that the file names. Never throws. */
  kubernetesSecret(name: string, key: string): Promise<ResolvedReference>;
}
