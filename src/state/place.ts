import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { UserError } from '../base/errors.ts';
import { writeStateFile } from './folder.ts';
import type { StatePaths } from './paths.ts';

/**
 * Which cluster or engine a deployment belongs to. `uid` is that of the namespace kube-system (or the engine's id), which nobody can change;
 * `endpoint` a digest of address and CA, for whoever may not read the uid.
 */
const identitySchema = z.object({
  uid: z.string().optional(),
  endpoint: z.string(),
  /** Namespace or directory. */
  within: z.string(),
});
export type PlaceIdentity = z.output<typeof identitySchema>;

const placeFile = z.object({ identity: identitySchema, description: z.string() });

/** The same place: by uid where both know it, else by endpoint; and the same namespace or directory. */
export function samePlace(a: PlaceIdentity, b: PlaceIdentity): boolean {
  const sameCluster = a.uid !== undefined && b.uid !== undefined ? a.uid === b.uid : a.endpoint === b.endpoint;
  return sameCluster && a.within === b.within;
}

/** Refuses a place other than the one this name was installed to before. Throws UserError. */
export async function refuseOtherPlace(paths: StatePaths, name: string, identity: PlaceIdentity): Promise<void> {
  const text = await readFile(paths.place, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return;
  const known = parsedPlace(text, paths.place);
  if (samePlace(known.identity, identity)) return;
  throw new UserError(`${name} was installed elsewhere: ${known.description}`, {
    next: [
      'choose that place again (--context, target.namespace), or give this deployment another name',
      `or, where the other one is gone for good, remove ${paths.place}`,
    ],
  });
}

/** Keeps where this name was installed. `description` is for people: `context prod-eu, namespace dify`. */
export async function keepPlace(paths: StatePaths, identity: PlaceIdentity, description: string): Promise<void> {
  await writeStateFile(paths, paths.place, stringify({ kind: 'Place', version: 1, identity, description }));
}

/** What keeps a name from being installed elsewhere is never skipped because it cannot be read. */
function parsedPlace(text: string, path: string): z.output<typeof placeFile> {
  try {
    const read = placeFile.safeParse(parse(text, { logLevel: 'error' }));
    if (read.success) return read.data;
  } catch {
    // The parser's own words quote the file.
  }
  throw new UserError(`${path} is damaged: it does not say where this deployment was installed`, {
    next: [
      `put back a copy of ${path}, if there is one`,
      'or look where the deployment runs (difyctl status), and remove the file if that is the place you mean',
    ],
  });
}
