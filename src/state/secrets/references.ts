import { resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { readBytes } from '../../base/read-text.ts';
import type { SecretRef } from '../../base/secret-ref.ts';
import { secretText } from './text.ts';

/** The size of the largest Secret in Kubernetes, in bytes. */
const LIMIT_BYTES = 1024 * 1024;

/** A value, or the reason why there is none. The reason holds no secret. */
export type ResolvedReference = { readonly value: string } | { readonly reason: string };

export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of difyctl.yaml. */
  readonly baseDirectory: string;
  /** Returns one key of a Secret in the deployment's namespace. */
  readonly kubernetes: (name: string, key: string) => Promise<ResolvedReference>;
}

export type OutsideRef = Exclude<SecretRef, { readonly generated: true } | { readonly external: unknown }>;

/** Resolves a reference to a value outside difyctl. Never throws: a missing value is a reason. */
export async function resolveReference(ref: OutsideRef, sources: ReferenceSources): Promise<ResolvedReference> {
  if ('env' in ref) return fromEnvironment(ref.env, sources.env[ref.env]);
  if ('file' in ref) return fromFile(ref.file, sources.baseDirectory);
  return sources.kubernetes(ref.kubernetes.name, ref.kubernetes.key);
}

function fromEnvironment(name: string, value: string | undefined): ResolvedReference {
  if (value === undefined) return { reason: `the variable ${name} is not set` };
  if (value === '') return { reason: `${name} is set but empty` };
  // Node replaces each byte that is not UTF-8 with this character, so the value would be wrong.
  return value.includes('\u{FFFD}') ? { reason: `${name} is not UTF-8 text` } : { value };
}

/**
 * Editors and `echo` end a file with a newline that is not part of the secret, and some editors begin it with a byte
 * order mark. Removes one of each.
 */
async function fromFile(path: string, baseDirectory: string): Promise<ResolvedReference> {
  const absolute = resolve(baseDirectory, path);
  try {
    const found = secretText(await readBytes(absolute, LIMIT_BYTES), absolute);
    if (!('value' in found)) return found;
    const value = found.value.replace(/^\u{FEFF}/u, '').replace(/\r?\n$/, '');
    return value === '' ? { reason: `${absolute} is empty` } : { value };
  } catch (error) {
    if (error instanceof UserError) return { reason: error.message };
    const code = (error as NodeJS.ErrnoException).code;
    return {
      reason: code === 'ENOENT' ? `the file ${absolute} does not exist` : `${absolute} cannot be read (${code})`,
    };
  }
}
