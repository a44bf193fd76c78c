import { refuseInapplicable } from '../../checks/applicable.ts';
import { CHECKS } from '../../checks/registry.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { canComeFromSaved } from '../../evidence/reusable.ts';
import { prepare } from '../prepare.ts';
import { originOf } from './evidence-origin.ts';
import type { PreflightOptions, PreflightOutcome, PreflightRun } from './options.ts';
import { runPreflight } from './run-preflight.ts';
import { runWithWait } from './wait-loop.ts';

/** Runs preflight for a deployment file. `saved` replaces collection for the keys that another machine can collect. */
export async function preflightLive(
  run: PreflightRun,
  options: PreflightOptions,
  { deployment, baseDirectory, warnings }: LoadedDeployment,
  saved: readonly Evidence<unknown>[],
): Promise<PreflightOutcome> {
  const { env, now, signal, timeoutMs, kubeconfig, kubeContext: context, protect, onNote } = run;
  refuseInapplicable(CHECKS, ['preflight'], options.only, { deployment, tier: deployment.tier });
  const opened = { deployment, baseDirectory, env, kubeconfig, context, protect, onNote };
  const prepared = await prepare({ ...opened, unreadable: 'warn', signal });
  try {
    const { from, deep, failOn } = options;
    const given = saved.filter(({ key, outcome }) => outcome === 'ok' && canComeFromSaved(key));
    const { origin, doubts } = await originOf({ ...prepared, signal }, { ...options, given });
    const settings = { env, now, signal, timeoutMs, from, deep, savedEvidence: given, failOn };
    const checked = await runWithWait(run, options, given, (pass) => runPreflight(prepared, { ...settings, ...pass }));
    const notes = [...warnings.map(({ path, message }) => `${path}: ${message}`), ...prepared.notes, ...doubts];
    return { run: checked, deployment, redact: prepared.redact, notes, origin };
  } finally {
    await prepared.dispose();
  }
}
