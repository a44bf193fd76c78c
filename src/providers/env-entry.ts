import type { SecretPath } from '../base/secret-ref.ts';

/** Reads a resolved secret by its path in the file. */
export type GetSecret = (path: SecretPath) => string;

/**
 * Where the value of a variable comes from: the file itself, one secret as it is, or a text made of secrets (a broker
 * URL, a connection string), already encoded as its reader wants it. `of` lists every secret that `composed` reads.
 */
export type EnvValue =
  | { readonly literal: string }
  | { readonly secret: SecretPath }
  | { readonly composed: (get: GetSecret) => string; readonly of: readonly SecretPath[] };

/** One environment variable of one Dify process. */
export interface EnvEntry {
  readonly name: string;
  readonly value: EnvValue;
}

/** A variable whose value is no secret. */
export function literal(name: string, value: string | number | boolean): EnvEntry {
  return { name, value: { literal: String(value) } };
}

/** A variable that carries one secret as it is. */
export function secret(name: string, path: SecretPath): EnvEntry {
  return { name, value: { secret: path } };
}

/** A variable whose text is built around secrets. */
export function composed(name: string, of: readonly SecretPath[], compose: (get: GetSecret) => string): EnvEntry {
  return { name, value: { composed: compose, of } };
}

/** True where the value holds a secret, whole or in part. */
export function isSecret(value: EnvValue): boolean {
  return !('literal' in value);
}

/** The value as the process will see it. */
export function resolveValue(value: EnvValue, get: GetSecret): string {
  if ('literal' in value) return value.literal;
  return 'secret' in value ? get(value.secret) : value.composed(get);
}

/** Later entries win over earlier ones of the same name; the place of the first is kept. */
export function mergeEntries(...lists: readonly (readonly EnvEntry[])[]): readonly EnvEntry[] {
  const byName = new Map<string, EnvEntry>();
  for (const entry of lists.flat()) byName.set(entry.name, entry);
  return [...byName.values()];
}

/** A variable that carries a secret if the file names one (`reference`), else the empty text. */
export function optionalSecret(name: string, path: SecretPath, reference: unknown): EnvEntry {
  return reference === undefined ? literal(name, '') : secret(name, path);
}
