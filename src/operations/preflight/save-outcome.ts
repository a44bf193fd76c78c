import { saveEvidence } from '../../evidence/saved.ts';
import { saveOrigin } from '../../evidence/saved-origin.ts';
import { savePolicy } from '../policy.ts';
import type { PreflightOutcome } from './options.ts';

/**
 * Writes the evidence, its origin, the deployment and its policy to `directory`, for `--from-evidence`. The
 * deployment's paths are relative to `source`.
 */
export async function saveOutcome(
  { run, deployment, redact, origin }: PreflightOutcome,
  source: string,
  directory: string,
): Promise<void> {
  const saved = await savePolicy(deployment, source, directory);
  await saveEvidence(directory, run.evidence, saved, redact);
  if (origin !== undefined) await saveOrigin(directory, origin);
}
