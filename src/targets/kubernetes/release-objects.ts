import { UserError } from '../../base/errors.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import { goneObjects } from './compare.ts';
import type { Connection } from './connection.ts';
import { parseManifest } from './objects.ts';
import { foreignObjects } from './owned.ts';

/** Refuses if helm would delete foreign objects, which a forged release Secret may name. Throws UserError (exit 2). */
function refuseForeign(release: string, foreign: readonly string[]): void {
  if (foreign.length === 0) return;
  throw new UserError(`release ${release} would delete objects that do not belong to it, so nothing was changed`, {
    problems: foreign.map((object) => ({
      path: object,
      message: 'its annotation meta.helm.sh/release-name does not name this release',
    })),
    next: [
      'find out who wrote the Secrets of this release: kubectl get secrets -l owner=helm --show-managed-fields -o yaml',
      `helm uninstall ${release} deletes them anyway`,
    ],
  });
}

/**
 * Returns the objects that `helm uninstall` deletes: those of the newest revision except the ones that the chart keeps.
 * Throws UserError if some of them are foreign.
 */
export async function releaseObjects(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const { helm, release } = connection;
  const newest = (await helm.history(release, signal)).at(-1);
  if (newest === undefined || newest.status === 'uninstalled') return [];
  const manifest = parseManifest(await helm.manifest(release, newest.revision, signal));
  const objects = goneObjects(manifest, [], release.namespace);
  refuseForeign(release.name, await foreignObjects(connection, objects, signal));
  return objects;
}
