import type { SecretPath } from '../base/secret-ref.ts';
import { base64Json } from '../base/service-account.ts';
import { encodeUserinfo } from '../base/url.ts';

/** Reads a resolved secret by its path in the file. */
export type GetSecret = (path: SecretPath) => string;

/** The forms in which a composed text may contain a secret: its value, or what a template has in place of it. */
export interface SecretForms {
  /** As it is. */
  readonly plain: GetSecret;
  /** Percent-encoded for the user part of a URL. */
  readonly userinfo: GetSecret;
  /** A Google service account in base64 (`base64Json`). */
  readonly base64Json: GetSecret;
}

/**
 * The source of a variable's value: a literal, one whole secret, or a text composed of secrets (a broker URL, a
 * connection string), already encoded for its reader. `of` lists every secret that `composed` reads.
 */
export type EnvValue =
  | { readonly literal: string }
  | { readonly secret: SecretPath }
  | { readonly composed: (forms: SecretForms) => string; readonly of: readonly SecretPath[] };

/** One environment variable of one Dify process. */
export interface EnvEntry {
  readonly name: string;
  readonly value: EnvValue;
}

/** A variable whose value is not secret. */
export function literal(name: string, value: string | number | boolean): EnvEntry {
  return { name, value: { literal: String(value) } };
}

/** A variable that holds one whole secret. */
export function secret(name: string, path: SecretPath): EnvEntry {
  return { name, value: { secret: path } };
}

/** A variable whose text is composed of secrets. `of` lists every secret that `compose` reads. */
export function composed(name: string, of: readonly SecretPath[], compose: (forms: SecretForms) => string): EnvEntry {
  return { name, value: { composed: compose, of } };
}

/** True if the value contains a secret. */
export function isSecret(value: EnvValue): boolean {
  return !('literal' in value);
}

/** The value that the process gets. */
export function resolveValue(value: EnvValue, get: GetSecret): string {
  if ('literal' in value) return value.literal;
  return 'secret' in value ? get(value.secret) : value.composed(formsOf(get));
}

/** The forms of resolved secrets. */
export function formsOf(get: GetSecret): SecretForms {
  return {
    plain: get,
    userinfo: (path) => encodeUserinfo(get(path)),
    base64Json: (path) => base64Json(get(path)),
  };
}

/** Merges lists. A later entry replaces an earlier one of the same name, at the position of the first. */
export function mergeEntries(...lists: readonly (readonly EnvEntry[])[]): readonly EnvEntry[] {
  const byName = new Map<string, EnvEntry>();
  for (const entry of lists.flat()) byName.set(entry.name, entry);
  return [...byName.values()];
}

/** A variable that holds a secret if the file has a reference, otherwise the empty text. */
export function optionalSecret(name: string, path: SecretPath, reference: unknown): EnvEntry {
  return reference === undefined ? literal(name, '') : secret(name, path);
}
