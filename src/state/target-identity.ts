import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import * as z from 'zod';
import { boundedYaml } from '../base/bounded-yaml.ts';
import { UserError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { refuseNewer, storedHead } from '../base/stored-document.ts';
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
export type TargetIdentity = z.output<typeof identitySchema>;

const TARGET_IDENTITY_VERSION = 1;

/** Fields that a newer difyctl added stay in it. Kind and version are absent if a difyctl before them wrote it. */
const targetIdentityFile = z.looseObject({
  kind: z.literal('Place').default('Place'),
  version: z.int().positive().default(TARGET_IDENTITY_VERSION),
  identity: z.looseObject(identitySchema.shape),
  description: z.string(),
});
type TargetIdentityFile = z.output<typeof targetIdentityFile>;

/** The same place: by uid where both know it, else by endpoint; and the same namespace or directory. */
export function isSameTarget(a: TargetIdentity, b: TargetIdentity): boolean {
  const sameCluster = a.uid !== undefined && b.uid !== undefined ? a.uid === b.uid : a.endpoint === b.endpoint;
  return sameCluster && a.within === b.within;
}

/** Refuses a place other than the one this name was installed to before. Throws UserError, also for a place.yaml that cannot be read. */
export async function refuseOtherTarget(paths: StatePaths, name: string, identity: TargetIdentity): Promise<void> {
  const known = await readTargetIdentity(paths.targetIdentity);
  if (known === undefined || isSameTarget(known.identity, identity)) return;
  throw new UserError(`${name} was installed elsewhere: ${known.description}`, {
    next: [
      'choose that place again (--context, target.namespace), or give this deployment another name',
      `or, where the other one is gone for good, remove ${paths.targetIdentity}`,
    ],
  });
}

/**
 * Keeps where this name was installed. `description` is for people: `context prod-eu, namespace dify`. Throws UserError for a place.yaml that
 * cannot be read: it is never overwritten.
 */
export async function saveTargetIdentity(
  paths: StatePaths,
  identity: TargetIdentity,
  description: string,
): Promise<void> {
  const known = await readTargetIdentity(paths.targetIdentity);
  const document = {
    ...known,
    ...storedHead('Place', TARGET_IDENTITY_VERSION),
    identity: { ...known?.identity, ...identity },
    description,
  };
  await writeStateFile(paths, paths.targetIdentity, stringify(document));
}

/** Undefined if there is no file. What keeps a name from being installed elsewhere is never skipped because it cannot be read. */
async function readTargetIdentity(path: string): Promise<TargetIdentityFile | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const document = parsedYaml(text);
  if (isObject(document)) refuseNewer(path, document, TARGET_IDENTITY_VERSION);
  const read = targetIdentityFile.safeParse(document);
  if (read.success) return read.data;
  throw new UserError(`${path} is damaged: it does not say where this deployment was installed`, {
    next: [
      `put back a copy of ${path}, if there is one`,
      'or look where the deployment runs (difyctl status), and remove the file if that is the place you mean',
    ],
  });
}

/** Undefined if it is not YAML: the parser's own words quote the file. */
function parsedYaml(text: string): unknown {
  try {
    return boundedYaml(text)[0];
  } catch {
    return undefined;
  }
}
