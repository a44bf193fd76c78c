import type { RehearsalReport } from '../../rehearsal/report.ts';
import type { OpenInput } from '../open-deployment.ts';
import { prepareOffline } from './prepare-offline.ts';
import { type RehearsalOptions, rehearsePrepared } from './rehearse-prepared.ts';

/**
 * Renders a deployment without its installation and rehearses it. Throws UserError for Compose, and the errors of
 * `rehearsePrepared`.
 */
export async function rehearseDeployment(input: OpenInput & RehearsalOptions): Promise<RehearsalReport> {
  const prepared = await prepareOffline(input);
  try {
    return await rehearsePrepared(prepared, input);
  } finally {
    await prepared.dispose();
  }
}
