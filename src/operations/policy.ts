import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import { ALL_CHECKS } from '../checks/registry.ts';
import { unknownCheck } from '../checks/select.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { type LoadedPolicy, loadPolicy } from '../policy/load.ts';

const SAVED_POLICY = 'policy.yaml';

/**
 * Loads the policy at a path from the file or `--policy`. Returns undefined if there is no path. Throws UserError with
 * all problems of the policy.
 */
export async function readPolicy(path: string | undefined, baseDirectory: string): Promise<LoadedPolicy | undefined> {
  if (path === undefined) return undefined;
  return loadPolicy(resolve(baseDirectory, path), (pattern) => unknownCheck(ALL_CHECKS, pattern));
}

/** Copies the deployment's policy beside saved evidence. Returns the deployment with the path of the copy. */
export async function savePolicy(
  deployment: Deployment | undefined,
  baseDirectory: string,
  directory: string,
): Promise<Deployment | undefined> {
  if (deployment?.policy === undefined) return deployment;
  const text = await readFile(resolve(baseDirectory, deployment.policy), 'utf8');
  await writeFileAtomic(join(directory, SAVED_POLICY), text, { mode: 0o600, directoryMode: 0o700 });
  return { ...deployment, policy: `./${SAVED_POLICY}` };
}
