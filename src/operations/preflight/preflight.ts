import { ALL_CHECKS } from '../../checks/registry.ts';
import { refuseOtherPhase } from '../../checks/select.ts';
import { type ClusterAccess, openClusterAccess } from './cluster-access.ts';
import { preflightClusterOnly } from './cluster-only.ts';
import { refuseWithoutCluster } from './cluster-probes.ts';
import type { LiveAccess } from './live-access.ts';
import type { PreflightOptions, PreflightOutcome, PreflightRun } from './options.ts';
import { preflightSaved, readSaved } from './saved.ts';

/** What was opened before the checks were loaded: for a deployment file, or for the current cluster. */
export interface EarlyAccess {
  readonly live?: LiveAccess;
  readonly cluster?: ClusterAccess;
}

/**
 * Runs preflight. With a deployment file: collects evidence for it. Without: inspects the current cluster. Evidence
 * from `fromEvidence` replaces collection per key; if that folder has its own difyctl.yaml, or there is no file at all,
 * nothing is collected. `early` has a kubectl that was started already. Throws UserError for an unknown id, an invalid
 * file or options that exclude each other, and Interrupted.
 */
export async function preflight(
  run: PreflightRun,
  options: PreflightOptions,
  early: EarlyAccess,
): Promise<PreflightOutcome> {
  refuseOtherPhase(ALL_CHECKS, 'preflight', options.only);
  const saved = await readSaved(options.fromEvidence, run.overrides);
  if (saved?.deployment !== undefined) return preflightSaved(run, options, saved);
  const loaded = await run.load();
  refuseWithoutCluster(options, loaded?.deployment);
  if (loaded !== undefined) {
    // Schema and renderers are half of the program; a run without a file does not load them.
    const { preflightLive } = await import('./live.ts');
    return preflightLive(run, options, loaded, saved?.evidence ?? [], early.live);
  }
  if (saved !== undefined) return preflightSaved(run, options, saved);
  return preflightClusterOnly(run, options, early.cluster ?? openClusterAccess(run));
}
