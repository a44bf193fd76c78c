import type { InstalledSecrets } from '../../state/installed.ts';
import { type OpenInput, openDeployment } from '../open-deployment.ts';
import { type RenderedDeployment, requireRendered } from '../prepare.ts';
import { renderDeployment } from '../render.ts';
import { resolveDeploymentSecrets } from '../resolve-secrets.ts';
import { refuseWithoutScheduler } from './without-scheduler.ts';

/** The secrets of an installation are not read: placeholders serve a rehearsal as well. */
const NO_INSTALLATION: InstalledSecrets = {
  where: 'a rehearsal',
  read: () => Promise.resolve({ data: {}, keys: {}, traces: [] }),
  kubernetesSecret: () => Promise.resolve({ reason: 'a rehearsal reads no Secret' }),
};

/**
 * Renders a deployment without its installation: secrets that the environment and files do not have are placeholders.
 * Throws UserError for Compose, and the error of a rendering that failed.
 */
export async function prepareOffline(input: OpenInput & { readonly signal: AbortSignal }): Promise<RenderedDeployment> {
  const { deployment, env, signal } = input;
  refuseWithoutScheduler(deployment);
  const opened = openDeployment(input);
  const secrets = await resolveDeploymentSecrets(opened, NO_INSTALLATION, { env, unreadable: 'warn', signal });
  const { chart, rendered } = await renderDeployment(opened, Promise.resolve(secrets), signal);
  return requireRendered({
    ...{ ...opened, living: NO_INSTALLATION, chart, secrets, rendered, notes: [] },
    keepSecrets: () => Promise.resolve(),
    dispose: async () => chart?.dispose(),
  });
}
