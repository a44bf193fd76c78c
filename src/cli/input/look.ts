import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { Redact } from '../../base/redact.ts';
import { nearest } from '../../base/suggest.ts';
import { TIERS, type Tier } from '../../checklist/tiers.ts';
import { refuseInapplicable } from '../../checks/applicable.ts';
import type { CheckReport } from '../../checks/check.ts';
import type { CheckRun } from '../../checks/engine.ts';
import { runChecksUnder } from '../../checks/policy/run.ts';
import { CHECKS } from '../../checks/registry.ts';
import { refuseOtherPhase } from '../../checks/select.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import { textSaid } from '../../deployment/said.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { CollectContext, Evidence } from '../../evidence/evidence.ts';
import { mayBeGiven } from '../../evidence/given.ts';
import { dialHere } from '../../evidence/probe/dial.ts';
import { COLLECTORS } from '../../evidence/registry.ts';
import type { EvidenceOriginFacts } from '../../evidence/saved-origin.ts';
import type { LoadedPolicy } from '../../policy/load.ts';
import type { CommandContext } from '../frame/context.ts';
import { patiently } from '../output/patiently.ts';
import { type LookOptions, refuseAimlessLook, type Selection } from './check-options.ts';
import { bareRunner, type ClusterAlone, clusterAlone } from './cluster-alone.ts';
import { asOf, originOf } from './evidence-origin.ts';

/** What a run of preflight is asked for. */
export interface Wishes extends Selection, LookOptions {
  readonly waitMs: number | undefined;
  readonly failOn: CheckReport['failOn'] | undefined;
  /** Absolute path of a folder of saved evidence. */
  readonly fromEvidence: string | undefined;
  /** Whether the evidence of this run will be saved. */
  readonly saves: boolean;
}

/** A run, and what goes beside its saved evidence. */
export interface Looked {
  readonly run: CheckRun;
  readonly deployment: Deployment | undefined;
  readonly redact: Redact;
  readonly notes: readonly string[];
  /** Where the evidence is from; absent where nobody asked. */
  readonly origin: EvidenceOriginFacts | undefined;
}

/**
 * Looks at a deployment where there is a file, else at the current cluster; what others saw stands in place of looking for it. Saved evidence with a
 * deployment's file of its own is judged as it is, and nothing is looked at.
 */
export async function look(context: CommandContext, wishes: Wishes, ahead: ClusterAlone | undefined): Promise<Looked> {
  const { fromEvidence, only } = wishes;
  refuseOtherPhase(CHECKS, 'preflight', only);
  const { saved, beside } = await readSaved(context, fromEvidence);
  if (beside !== undefined) return judgeSaved(context, wishes, saved, beside.deployment);
  const loaded = await loadOwn(context);
  refuseAimlessLook(wishes, loaded?.deployment);
  if (loaded !== undefined) return judgeDeployment(context, wishes, loaded, saved);
  if (fromEvidence !== undefined) return judgeSaved(context, wishes, saved, undefined);
  return judgeCluster(context, wishes, ahead ?? clusterAlone(context));
}

interface Saved {
  readonly saved: readonly Evidence<unknown>[];
  /** The deployment's file that was saved with it. */
  readonly beside: LoadedDeployment | undefined;
}

async function readSaved(context: CommandContext, directory: string | undefined): Promise<Saved> {
  if (directory === undefined) return { saved: [], beside: undefined };
  const { readEvidence, SAVED_DEPLOYMENT } = await import('../../evidence/saved.ts');
  const saved = await readEvidence(directory, COLLECTORS);
  return { saved, beside: await loadIfThere(context, join(directory, SAVED_DEPLOYMENT), false) };
}

/** The run's own file; undefined where there is none and nobody named one. */
async function loadOwn(context: CommandContext): Promise<LoadedDeployment | undefined> {
  if (context.configIsInput !== true) return loadIfThere(context, context.configPath, context.configGiven);
  const { loadFile } = await import('./load-file.ts');
  return loadFile(context);
}

/** Undefined where there is no file and nobody named one. */
async function loadIfThere(
  context: CommandContext,
  path: string,
  isGiven: boolean,
): Promise<LoadedDeployment | undefined> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isGiven && !isThere) return undefined;
  const { loadDeployment } = await import('../../deployment/load.ts');
  return loadDeployment(path, context.overrides);
}

async function judgeDeployment(
  context: CommandContext,
  wishes: Wishes,
  { deployment, baseDirectory, warnings }: LoadedDeployment,
  saved: readonly Evidence<unknown>[],
): Promise<Looked> {
  const { env, now, signal, timeoutMs, kubeconfig, kubeContext, protect } = context;
  refuseInapplicable(CHECKS, ['preflight'], wishes.only, { deployment, tier: deployment.tier });
  const place = { deployment, baseDirectory, env, kubeconfig, context: kubeContext, signal, protect };
  // Schema, renderers and the like are half of what is loaded: a look at a cluster alone does without.
  const [{ prepareToLook }, { runPreflight }] = await Promise.all([
    import('../../operations/prepare.ts'),
    import('../../operations/preflight.ts'),
  ]);
  const prepared = await prepareToLook(place);
  try {
    const { from, deep, failOn } = wishes;
    const given = saved.filter(({ key, outcome }) => outcome === 'ok' && mayBeGiven(key));
    const { origin, doubts } = await originOf({ ...prepared, signal }, { ...wishes, given });
    const settings = { env, now, signal, timeoutMs, from, deep, given, failOn };
    const run = await patiently(context, wishes, given, (how) => runPreflight(prepared, { ...settings, ...how }));
    const notes = [...warnings.map(({ path, message }) => `${path}: ${message}`), ...prepared.notes, ...doubts];
    return { run, deployment, redact: prepared.redact, notes, origin };
  } finally {
    await prepared.dispose();
  }
}

/** Without a file: the cluster that kubectl would talk to, against the checklist of a tier. */
async function judgeCluster(
  context: CommandContext,
  wishes: Wishes,
  { runner, kubeArgs, reads }: ClusterAlone,
): Promise<Looked> {
  const tier = await tierOf(context);
  refuseInapplicable(CHECKS, ['preflight'], wishes.only, { deployment: undefined, tier });
  const own = { ...bareContext(context, tier), runner, kubeArgs };
  const settings = { ...shared(context), context: own, reads, failOn: wishes.failOn };
  const policy = await policyOutside(context);
  const { origin } = await originOf(own, { ...wishes, given: [] });
  const run = await patiently(context, wishes, [], (how) => runChecksUnder(policy, { ...settings, ...how }));
  return { run, deployment: undefined, redact: (text) => text, notes: [], origin };
}

async function judgeSaved(
  context: CommandContext,
  { only, skip, failOn, from, deep, waitMs, fromEvidence }: Wishes,
  saved: readonly Evidence<unknown>[],
  deployment: Deployment | undefined,
): Promise<Looked> {
  if (from === 'cluster' || deep || waitMs !== undefined) {
    throw new UserError('--from cluster, --deep and --wait look; with this --from-evidence nothing is looked at');
  }
  const tier = deployment?.tier ?? (await tierOf(context));
  refuseInapplicable(CHECKS, ['preflight'], only, { deployment, tier });
  const own = { ...bareContext(context, tier), deployment };
  const policy =
    deployment === undefined
      ? await policyOutside(context)
      : await policyOf(deployment.policy, fromEvidence ?? context.cwd);
  const run = await runChecksUnder(policy, { ...shared(context), only, skip, failOn, context: own, saved });
  const { readOrigin } = await import('../../evidence/saved-origin.ts');
  const origin = fromEvidence === undefined ? undefined : await readOrigin(fromEvidence);
  return { run, deployment, redact: (text) => text, notes: [asOf(run.report.time, context.now())], origin };
}

function shared({ timeoutMs }: CommandContext) {
  return { phase: 'preflight' as const, checks: CHECKS, collectors: COLLECTORS, timeoutMs };
}

function bareContext(context: CommandContext, tier: Tier): CollectContext {
  const { env, now, signal, configPath } = context;
  const runner = bareRunner(env);
  const nothing = { deployment: undefined, secrets: undefined, rendered: undefined };
  const baseDirectory = dirname(configPath);
  const place = { dial: dialHere, from: 'local' } as const;
  return { ...nothing, ...place, tier, kubeArgs: [], baseDirectory, runner, env, now, signal };
}

async function tierOf({ overrides, configPath }: CommandContext): Promise<Tier> {
  const said = await textSaid(overrides, 'tier');
  const tier = TIERS.find((candidate) => candidate === said);
  if (tier !== undefined) return tier;
  if (said !== undefined) {
    const meant = nearest(said, TIERS);
    throw new UserError(
      `--tier ${said}: one of ${TIERS.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      {
        next: [`difyctl preflight --tier ${meant ?? 'prod'}`],
      },
    );
  }
  throw new UserError(`there is no ${configPath}, and no --tier to judge the current cluster by`, {
    next: ['difyctl init', 'difyctl preflight --tier prod', 'difyctl preflight --config FILE'],
  });
}

/** The policy that `--policy` names, where there is no file. */
async function policyOutside(context: CommandContext): Promise<LoadedPolicy | undefined> {
  return policyOf(await textSaid(context.overrides, 'policy'), context.cwd);
}

async function policyOf(path: string | undefined, directory: string): Promise<LoadedPolicy | undefined> {
  if (path === undefined) return undefined;
  const { readPolicy } = await import('../../operations/policy.ts');
  return readPolicy(path, directory);
}
