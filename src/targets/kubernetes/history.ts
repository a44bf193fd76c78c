import type { HelmRevision } from '../../exec/helm.ts';

/** What has to be done before helm takes another command: it refuses while a release is `pending-*`. */
export type Recovery =
  | { readonly step: 'none' }
  | { readonly step: 'rollback'; readonly to: number; readonly from: string }
  | { readonly step: 'uninstall'; readonly from: string };

/** Decides from the history alone: back to the revision that was good, or away with a first install that never was. */
export function recoveryFor(history: readonly HelmRevision[]): Recovery {
  const status = history.at(-1)?.status ?? '';
  if (status === 'uninstalling') return { step: 'uninstall', from: status };
  if (!status.startsWith('pending-')) return { step: 'none' };
  const good = lastDeployed(history);
  return good === undefined
    ? { step: 'uninstall', from: status }
    : { step: 'rollback', to: good.revision, from: status };
}

/** The revision whose manifest is what the cluster has, once what is pending has been recovered; undefined where nothing is. */
export function effectiveRevision(history: readonly HelmRevision[]): HelmRevision | undefined {
  const recovery = recoveryFor(history);
  if (recovery.step === 'uninstall') return undefined;
  const newest = history.at(-1);
  if (newest === undefined || newest.status === 'uninstalled') return undefined;
  return recovery.step === 'rollback' ? history.find(({ revision }) => revision === recovery.to) : newest;
}

/** The newest revision that helm calls deployed: an upgrade that is pending or failed leaves the one before it so. */
export function lastDeployed(history: readonly HelmRevision[]): HelmRevision | undefined {
  return history.findLast(({ status }) => status === 'deployed');
}
