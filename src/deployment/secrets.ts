import type { SecretPath, SecretRef } from '../base/secret-ref.ts';

/** Which alphabet and length a generated value has: 43 URL-safe characters, or exactly 32 bytes as unpadded base64url. */
export type SecretForm = 'token' | 'base64url-32';

/** A secret that this deployment needs. */
export interface RequiredSecret {
  readonly path: SecretPath;
  readonly ref: SecretRef;
  readonly form: SecretForm;
  /** Losing it makes stored data unreadable: never made anew where an installation exists. */
  readonly protectsData: boolean;
}

/** Resolved secrets; an unresolved one holds a placeholder so that rendering and the other checks go on. */
export interface SecretValues {
  /** The value at a path. Throws (a bug) for a path that the deployment does not require. */
  get(path: SecretPath): string;
  has(path: SecretPath): boolean;
  readonly unresolved: readonly UnresolvedSecret[];
}

export interface UnresolvedSecret {
  readonly path: SecretPath;
  readonly ref: SecretRef;
  /** What was looked for and not found, without any value. */
  readonly reason: string;
}
