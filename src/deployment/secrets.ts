import type { SecretPath, SecretRef } from '../base/secret-ref.ts';

/** Alphabet and length of a generated value: 43 URL-safe characters, or exactly 32 bytes as unpadded base64url. */
export type SecretForm = 'token' | 'base64url-32';

/** A secret that this deployment needs. */
export interface RequiredSecret {
  readonly path: SecretPath;
  readonly ref: SecretRef;
  readonly form: SecretForm;
  /** True if stored data cannot be read without it. Such a secret is never regenerated for an existing installation. */
  readonly protectsData: boolean;
}

/** Resolved secrets. An unresolved one is a placeholder, so that rendering and the other checks can continue. */
export interface SecretValues {
  /** Returns the value at a path. Throws an error (a bug) if the deployment does not require the path. */
  get(path: SecretPath): string;
  has(path: SecretPath): boolean;
  readonly unresolved: readonly UnresolvedSecret[];
}

export interface UnresolvedSecret {
  readonly path: SecretPath;
  readonly ref: SecretRef;
  /** What was not found and where, without any value. */
  readonly reason: string;
}
