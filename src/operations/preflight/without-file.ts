import { dirname } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';
import { TIERS, type Tier } from '../../checklist/tiers.ts';
import { rawOverride } from '../../deployment/raw-override.ts';
import type { CollectContext } from '../../evidence/evidence.ts';
import { dialHere } from '../../net/dial.ts';
import type { LoadedPolicy } from '../../policy/load.ts';
import { bareRunner } from './cluster-access.ts';
import type { PreflightRun } from './options.ts';

/** The inputs of collectors without a deployment file: only the tier is known. */
export function bareContext({ env, now, signal, configPath }: PreflightRun, tier: Tier): CollectContext {
  return {
    ...{ deployment: undefined, secrets: undefined, rendered: undefined },
    ...{ dial: dialHere, from: 'local', kubeArgs: [], runner: bareRunner(env) },
    ...{ tier, baseDirectory: dirname(configPath), env, now, signal },
  };
}

/** Returns the tier of `--tier`. Throws UserError if it is unknown or missing. */
export async function tierOf({ overrides, configPath }: PreflightRun): Promise<Tier> {
  const said = await rawOverride(overrides, 'tier');
  const tier = TIERS.find((candidate) => candidate === said);
  if (tier !== undefined) return tier;
  if (said !== undefined) {
    const meant = nearest(said, TIERS);
    throw new UserError(
      `--tier ${said}: must be ${TIERS.join(' or ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      { next: [`difyctl preflight --tier ${meant ?? 'prod'}`] },
    );
  }
  throw new UserError(`${configPath} does not exist, and without --tier difyctl cannot judge the current cluster`, {
    next: ['difyctl init', 'difyctl preflight --tier prod', 'difyctl preflight --config FILE'],
  });
}

/** Returns the policy of `--policy`, or undefined without it. */
export async function policyOverride({ overrides, cwd }: PreflightRun): Promise<LoadedPolicy | undefined> {
  return policyAt(await rawOverride(overrides, 'policy'), cwd);
}

/**
 * Loads the policy at a path relative to `directory`. Returns undefined without a path. The schema is imported on
 * demand.
 */
export async function policyAt(path: string | undefined, directory: string): Promise<LoadedPolicy | undefined> {
  if (path === undefined) return undefined;
  const { readPolicy } = await import('../policy.ts');
  return readPolicy(path, directory);
}
