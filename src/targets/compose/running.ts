import { liveContainers } from '../../evidence/drift/compose/containers.ts';
import { liveImages } from '../../evidence/drift/compose/images.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Connection } from './connection.ts';

/**
 * Returns what the engine runs, for the revision: the image id of each image name, and Compose's own digest of each
 * service. Skips a name that now refers to another image than its container runs.
 */
export async function readRunning(
  { docker, project }: Connection,
  signal: AbortSignal,
): Promise<NonNullable<Revision['running']>> {
  const containers = await liveContainers(docker, project.name, signal);
  const names = [...new Set(containers.map(({ image }) => image))].sort();
  const images = await liveImages(docker, names, signal);
  const ids = containers.flatMap(({ image, imageId }) =>
    images.get(image)?.id === imageId ? [[image, imageId] as const] : [],
  );
  return {
    images: Object.fromEntries(ids),
    services: Object.fromEntries(containers.map(({ service, configHash }) => [service, configHash])),
  };
}
