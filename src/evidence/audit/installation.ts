import { type CollectContext, CollectionError, type InstallationRef } from '../evidence.ts';

type Release = Extract<InstallationRef, { target: 'kubernetes' }>;

/** The installation of the audit. Throws CollectionError outside of an audit. */
export function installationOf({ installation }: CollectContext): InstallationRef {
  if (installation === undefined) throw new CollectionError('absent', 'an installation to audit');
  return installation;
}

/** The Helm release of the audit. Throws CollectionError for a Compose project. */
export function releaseOf(context: CollectContext): Release {
  const installation = installationOf(context);
  if (installation.target !== 'kubernetes') throw new CollectionError('absent', 'a release on Kubernetes');
  return installation;
}
