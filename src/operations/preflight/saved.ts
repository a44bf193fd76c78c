import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { refuseInapplicable } from '../../checks/applicable.ts';
import { runChecksUnder } from '../../checks/policy/run.ts';
import { CHECKS } from '../../checks/registry.ts';
import type { OverrideInput } from '../../deployment/overrides.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { COLLECTORS } from '../../evidence/registry.ts';
import { asOf } from './evidence-origin.ts';
import type { PreflightOptions, PreflightOutcome, PreflightRun } from './options.ts';
import { bareContext, policyAt, policyOverride, tierOf } from './without-file.ts';

/** A folder that `--save-evidence` wrote. */
interface SavedEvidence {
  /** Absolute. */
  readonly directory: string;
  readonly evidence: readonly Evidence<unknown>[];
  /** The deployment saved with the evidence. Undefined if the evidence was collected without a file. */
  readonly deployment: Deployment | undefined;
}

/** Reads saved evidence. Returns undefined without a folder. Throws UserError if the folder has no evidence. */
export async function readSaved(
  directory: string | undefined,
  overrides: OverrideInput,
): Promise<SavedEvidence | undefined> {
  if (directory === undefined) return undefined;
  const { readEvidence, SAVED_DEPLOYMENT } = await import('../../evidence/saved.ts');
  const evidence = await readEvidence(directory, COLLECTORS);
  const file = join(directory, SAVED_DEPLOYMENT);
  return { directory, evidence, deployment: await loadIfExists(file, overrides) };
}

async function loadIfExists(path: string, overrides: OverrideInput): Promise<Deployment | undefined> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return undefined;
  const { loadDeployment } = await import('../../deployment/load.ts');
  return (await loadDeployment(path, overrides)).deployment;
}

/** Runs the checks on saved evidence; collects nothing. Throws UserError for an option that needs collection. */
export async function preflightSaved(
  preflight: PreflightRun,
  { only, skip, failOn, from, deep, waitMs }: PreflightOptions,
  { directory, evidence: saved, deployment }: SavedEvidence,
): Promise<PreflightOutcome> {
  if (from === 'cluster' || deep || waitMs !== undefined) {
    throw new UserError('--from cluster, --deep and --wait collect evidence; --from-evidence collects none');
  }
  const tier = deployment?.tier ?? (await tierOf(preflight));
  refuseInapplicable(CHECKS, ['preflight'], only, { deployment, tier });
  const policy = await (deployment === undefined ? policyOverride(preflight) : policyAt(deployment.policy, directory));
  const run = await runChecksUnder(policy, {
    ...{ phase: 'preflight', checks: CHECKS, collectors: COLLECTORS, timeoutMs: preflight.timeoutMs },
    ...{ only, skip, failOn, replayed: saved },
    context: { ...bareContext(preflight, tier), deployment },
  });
  const { readOrigin } = await import('../../evidence/saved-origin.ts');
  const origin = await readOrigin(directory);
  return { run, deployment, redact: (text) => text, notes: [asOf(run.report.time, preflight.now())], origin };
}
