import { resolve } from 'node:path';
import type { SecretPath } from '../base/secret-ref.ts';
import { storedSources } from '../deployment/external-secrets.ts';
import { kubectl, type RawGet } from '../exec/kubectl.ts';
import { composeInstalled } from '../state/compose/installed.ts';
import type { InstalledSecrets } from '../state/installed.ts';
import { kubernetesInstalled } from '../state/kubernetes/installed.ts';
import { readCache } from '../state/secrets/cache.ts';
import { type ResolvedSecrets, resolveSecrets } from '../state/secrets/resolve.ts';
import type { DeploymentContext } from './open-deployment.ts';

/** Opens the store of the secrets in an existing installation of the deployment. `reads` is how a cluster is read. */
export function installedSecrets(
  { deployment, baseDirectory, runner, kubeArgs }: DeploymentContext,
  reads: RawGet | undefined,
): InstalledSecrets {
  const { name, target } = deployment;
  return target.type === 'compose'
    ? composeInstalled({ runner, name, directory: resolve(baseDirectory, target.directory) })
    : kubernetesInstalled({ kubectl: kubectl(runner, kubeArgs, reads), name, namespace: target.namespace });
}

export interface ResolveInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** If the installed secrets cannot be read: `stop` throws (install), `warn` continues with cached or new secrets. */
  readonly unreadable: 'stop' | 'warn';
  readonly signal: AbortSignal;
  /** Generated secrets from elsewhere, such as a backup set. Those of the installation and of the cache come first. */
  readonly known?: ReadonlyMap<SecretPath, string>;
}

/**
 * Resolves every secret of the deployment, and registers the values for redaction. Throws the errors of
 * `resolveSecrets`.
 */
export async function resolveDeploymentSecrets(
  { deployment, required, paths, baseDirectory, secretKeys: keysNow, protect }: DeploymentContext,
  living: InstalledSecrets,
  { env, unreadable, signal, known = new Map() }: ResolveInput,
): Promise<ResolvedSecrets> {
  const cache = new Map([...known, ...(await readCache(paths))]);
  const sources = { env, baseDirectory };
  const stored = storedSources(deployment, required);
  const secrets = await resolveSecrets({ required, sources, living, cache, keysNow, stored, unreadable, signal });
  protect(secrets.real);
  return secrets;
}
