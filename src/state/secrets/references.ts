import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SecretRef } from '../../deployment/schema/secret-ref.ts';

/** A value, or why there is none (without any value). */
export type Found = { readonly value: string } | { readonly reason: string };

export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of difyctl.yaml. */
  readonly baseDirectory: string;
  /** One key of a Secret in the deployment's namespace. */
  readonly kubernetes: (name: string, key: string) => Promise<Found>;
}

export type OutsideRef = Exclude<SecretRef, { generated: true }>;

/** Looks up a reference to something outside difyctl. Never throws: what is not there is a reason. */
export async function lookUp(ref: OutsideRef, sources: ReferenceSources): Promise<Found> {
  if ('env' in ref) return fromEnvironment(ref.env, sources.env[ref.env]);
  if ('file' in ref) return fromFile(ref.file, sources.baseDirectory);
  return sources.kubernetes(ref.kubernetes.name, ref.kubernetes.key);
}

function fromEnvironment(name: string, value: string | undefined): Found {
  if (value === undefined) return { reason: `the environment has no ${name}` };
  return value === '' ? { reason: `${name} is set but empty` } : { value };
}

/** Editors and `echo` end a file with a newline that is no part of the secret; one is taken off. */
async function fromFile(path: string, baseDirectory: string): Promise<Found> {
  const absolute = resolve(baseDirectory, path);
  try {
    const value = (await readFile(absolute, 'utf8')).replace(/\r?\n$/, '');
    return value === '' ? { reason: `${absolute} is empty` } : { value };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return { reason: code === 'ENOENT' ? `there is no file ${absolute}` : `${absolute} cannot be read (${code})` };
  }
}
