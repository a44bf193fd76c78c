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
 * The cluster or engine that a deployment belongs to. `uid` is the uid of the namespace kube-system (or the engine's
 * id), which cannot change. `endpoint` is a digest of address and CA, for users without the right to read the uid.
 */
const identitySchema = z.object({
  uid: z.string().optional(),
  endpoint: z.string(),
  /** Namespace or directory. */
  within: z.string(),
});
export type TargetIdentity = z.output<typeof identitySchema>;

const TARGET_IDENTITY_VERSION = 1;

/** Keeps fields that a newer difyctl added. Kind and version are missing in files of older versions of difyctl. */
const targetIdentityFile = z.looseObject({
  kind: z.literal('Place').default('Place'),
  version: z.int().positive().default(TARGET_IDENTITY_VERSION),
  identity: z.looseObject(identitySchema.shape),
  description: z.string(),
});
type TargetIdentityFile = z.output<typeof targetIdentityFile>;

/**
 * Returns true for the same target: by uid if both have it, otherwise by endpoint; and the same namespace or directory.
 */
export function isSameTarget(a: TargetIdentity, b: TargetIdentity): boolean {
  const sameCluster = a.uid !== undefined && b.uid !== undefined ? a.uid === b.uid : a.endpoint === b.endpoint;
  return sameCluster && a.within === b.within;
}

/**
 * Refuses a target other than the one where this name was installed before. Throws UserError, also if place.yaml is
 * damaged.
 */
export async function refuseOtherTarget(paths: StatePaths, name: string, identity: TargetIdentity): Promise<void> {
  const known = await readTargetIdentity(paths.targetIdentity);
  if (known === undefined || isSameTarget(known.identity, identity)) return;
  throw new UserError(`${name} was installed in another place: ${known.description}`, {
    next: [
      'choose that place (--context, target.namespace), or give this deployment another name',
      `or, if the other installation no longer exists, remove ${paths.targetIdentity}`,
    ],
  });
}

/**
 * Records where this name was installed. `description` is for people: `context prod-eu, namespace dify`. Throws
 * UserError if the existing place.yaml is damaged: it is never overwritten.
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

/**
 * Returns undefined if there is no file. Throws if it cannot be read, because the protection against a second
 * installation elsewhere must not be skipped.
 */
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
  throw new UserError(`${path} is damaged: it does not contain the place of the installation`, {
    next: [
      `restore a copy of ${path}, if you have one`,
      'or check with difyctl status that the deployment runs in the right place, and remove the file',
    ],
  });
}

/** Returns undefined if the text is not YAML. Drops the parser's message, which quotes the file. */
function parsedYaml(text: string): unknown {
  try {
    return boundedYaml(text)[0];
  } catch {
    return undefined;
  }
}
