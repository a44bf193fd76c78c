import type { HelmRevision } from '../../exec/helm.ts';

/** The step before helm accepts another command: helm refuses commands while a release is `pending-*`. */
export type Recovery =
  | { readonly step: 'none' }
  | { readonly step: 'rollback'; readonly to: number; readonly from: string }
  | { readonly step: 'uninstall'; readonly from: string };

/**
 * Returns the recovery for a history: roll back to the last deployed revision, or uninstall a first install that was
 * never deployed.
 */
export function recoveryFor(history: readonly HelmRevision[]): Recovery {
  const status = history.at(-1)?.status ?? '';
  if (status === 'uninstalling') return { step: 'uninstall', from: status };
  if (!status.startsWith('pending-')) return { step: 'none' };
  const good = lastDeployed(history);
  return good === undefined
    ? { step: 'uninstall', from: status }
    : { step: 'rollback', to: good.revision, from: status };
}

/**
 * Returns the revision whose manifest is in the cluster, after the recovery of a pending one. Returns undefined if
 * nothing is installed.
 */
export function effectiveRevision(history: readonly HelmRevision[]): HelmRevision | undefined {
  const recovery = recoveryFor(history);
  if (recovery.step === 'uninstall') return undefined;
  const newest = history.at(-1);
  if (newest === undefined || newest.status === 'uninstalled') return undefined;
  return recovery.step === 'rollback' ? history.find(({ revision }) => revision === recovery.to) : newest;
}

/**
 * Returns the newest revision with status `deployed`. A pending or failed upgrade leaves the one before it as
 * `deployed`.
 */
export function lastDeployed(history: readonly HelmRevision[]): HelmRevision | undefined {
  return history.findLast(({ status }) => status === 'deployed');
}
