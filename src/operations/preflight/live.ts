import { refuseInapplicable } from '../../checks/applicable.ts';
import { CHECKS } from '../../checks/registry.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { canComeFromSaved } from '../../evidence/reusable.ts';
import type { SharedReads } from '../../exec/shared-reads.ts';
import { type PreparedDeployment, prepareOpened } from '../prepare.ts';
import { originOf } from './evidence-origin.ts';
import { type LiveAccess, openLive } from './live-access.ts';
import type { PreflightOptions, PreflightOutcome, PreflightRun } from './options.ts';
import { runPreflight } from './run-preflight.ts';
import { runWithWait } from './wait-loop.ts';

/**
 * Runs preflight for a deployment file. `saved` replaces collection for the keys that another machine can collect.
 * `access` was opened early; without it, the deployment is opened here.
 */
export async function preflightLive(
  run: PreflightRun,
  options: PreflightOptions,
  loaded: LoadedDeployment,
  saved: readonly Evidence<unknown>[],
  access: LiveAccess | undefined,
): Promise<PreflightOutcome> {
  const { env, signal } = run;
  const { deployment, warnings } = loaded;
  refuseInapplicable(CHECKS, ['preflight'], options.only, { deployment, tier: deployment.tier });
  const { opened, reads } = access ?? openLive(run, loaded);
  try {
    const prepared = await prepareOpened(opened, { env, unreadable: 'warn', signal, reads: reads.get });
    return await checkPrepared(run, options, { prepared, reads, warnings }, saved).finally(prepared.dispose);
  } finally {
    await reads.close();
  }
}

interface Prepared extends Pick<LoadedDeployment, 'warnings'> {
  readonly prepared: PreparedDeployment;
  readonly reads: SharedReads;
}

async function checkPrepared(
  run: PreflightRun,
  options: PreflightOptions,
  { prepared, reads, warnings }: Prepared,
  saved: readonly Evidence<unknown>[],
): Promise<PreflightOutcome> {
  const { env, now, signal, timeoutMs } = run;
  const { from, deep, failOn } = options;
  const given = saved.filter(({ key, outcome }) => outcome === 'ok' && canComeFromSaved(key));
  const { origin, doubts } = await originOf({ ...prepared, signal }, { ...options, given });
  const settings = { env, now, signal, timeoutMs, from, deep, savedEvidence: given, failOn, reads };
  const checked = await runWithWait(run, options, given, (pass) => runPreflight(prepared, { ...settings, ...pass }));
  const notes = [...warnings.map(({ path, message }) => `${path}: ${message}`), ...prepared.notes, ...doubts];
  return { run: checked, deployment: prepared.deployment, redact: prepared.redact, notes, origin };
}
