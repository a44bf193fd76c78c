import { resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { readBytes } from '../../base/read-text.ts';
import type { SecretRef } from '../../base/secret-ref.ts';
import { secretText } from './text.ts';

/** As much as a Secret of Kubernetes holds. */
const LIMIT_BYTES = 1024 * 1024;

/** A value, or why there is none (without any value). */
export type ResolvedReference = { readonly value: string } | { readonly reason: string };

export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of difyctl.yaml. */
  readonly baseDirectory: string;
  /** One key of a Secret in the deployment's namespace. */
  readonly kubernetes: (name: string, key: string) => Promise<ResolvedReference>;
}

export type OutsideRef = Exclude<SecretRef, { generated: true }>;

/** Looks up a reference to something outside difyctl. Never throws: what is not there is a reason. */
export async function resolveReference(ref: OutsideRef, sources: ReferenceSources): Promise<ResolvedReference> {
  if ('env' in ref) return fromEnvironment(ref.env, sources.env[ref.env]);
  if ('file' in ref) return fromFile(ref.file, sources.baseDirectory);
  return sources.kubernetes(ref.kubernetes.name, ref.kubernetes.key);
}

function fromEnvironment(name: string, value: string | undefined): ResolvedReference {
  if (value === undefined) return { reason: `the environment has no ${name}` };
  if (value === '') return { reason: `${name} is set but empty` };
  // Node reads every byte that is no UTF-8 as this character: the value would be another one.
  return value.includes('\u{FFFD}') ? { reason: `${name} is not UTF-8 text` } : { value };
}

/** Editors and `echo` end a file with a newline that is no part of the secret, and some begin it with a mark (BOM); one of each is taken off. */
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
    return { reason: code === 'ENOENT' ? `there is no file ${absolute}` : `${absolute} cannot be read (${code})` };
  }
}
