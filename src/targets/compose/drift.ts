import { isObject, type JsonObject } from '../../base/json.ts';
import { listAt, textAt } from '../../base/json-path.ts';
import { liveImages } from '../../evidence/drift/compose/images.ts';
import { composeDrift } from '../../evidence/drift/compose/read.ts';
import { recordedInstall } from '../../evidence/drift/compose/record.ts';
import type { Drift } from '../../evidence/drift/drift.ts';
import type { ApplyOptions } from '../target.ts';
import type { Connection } from './connection.ts';

/**
 * Drift that `up` fixes by itself: missing and stopped containers, and the number of containers. Any other drift needs
 * a new container.
 */
const LEFT_TO_UP = new Set(['containers', 'state']);

/**
 * Tags the installed images with their names again, and removes containers that `up` would keep because their
 * configuration has not changed: those that were changed by hand, that are paused, or that read an edited file. They
 * are stopped first. Their data is in volumes.
 */
export async function undoDrift(
  connection: Connection,
  project: JsonObject,
  { revision, signal, timeoutMs }: Pick<ApplyOptions, 'revision' | 'signal' | 'timeoutMs'>,
): Promise<void> {
  const drift = await composeDrift({ ...connection, before: revision }, signal);
  await restoreImages(connection, namesOfImages(project, drift), { revision, signal, timeoutMs });
  const services = removedByDrift(project, drift);
  if (services.length === 0) return;
  const { docker, project: place } = connection;
  await docker.compose(place, ['rm', '--stop', '--force', ...services], { signal, timeoutMs });
}

/**
 * Restores image names that refer to another image or to none: tags the installed image, or pulls the name if the
 * engine no longer has that image.
 */
async function restoreImages(
  { docker, project }: Connection,
  names: readonly string[],
  { revision, signal, timeoutMs }: Pick<ApplyOptions, 'revision' | 'signal' | 'timeoutMs'>,
): Promise<void> {
  if (names.length === 0) return;
  const recorded = (await recordedInstall(project.directory, revision))?.images ?? {};
  const ids = names.flatMap((name) => (recorded[name] === undefined ? [] : [recorded[name]]));
  const present = await liveImages(docker, [...new Set(ids)], signal);
  for (const name of names) {
    const id = recorded[name];
    const args = id !== undefined && present.has(id) ? ['image', 'tag', id, name] : ['image', 'pull', '--quiet', name];
    await docker.run(args, { signal, timeoutMs });
  }
}

/** Returns the drifted image names that the project still uses. */
function namesOfImages({ services }: JsonObject, drift: readonly Drift[]): readonly string[] {
  const used = new Set(Object.values(isObject(services) ? services : {}).map((service) => textAt(service, 'image')));
  return drift.filter(({ kind, name }) => kind === 'Image' && used.has(name)).map(({ name }) => name);
}

/** Returns the services of the project whose containers `undoDrift` removes. */
export function removedByDrift(project: JsonObject, drift: readonly Drift[]): readonly string[] {
  const names = new Set([...changedServices(drift), ...readersOfFiles(project, drift)]);
  return [...names].filter((name) => isObject(project.services) && name in project.services);
}

function changedServices(drift: readonly Drift[]): readonly string[] {
  return drift
    .filter(({ kind, change }) => kind === 'Service' && change !== 'gone' && change !== 'added')
    .filter(({ path = '', is }) => !LEFT_TO_UP.has(path) || is === 'paused')
    .map(({ name }) => name);
}

/** Returns the services that mount a file which was changed or removed. */
export function readersOfFiles(project: JsonObject, drift: readonly Drift[]): readonly string[] {
  const files = new Set(drift.filter(({ kind }) => kind === 'File').map(({ name }) => name));
  const services = isObject(project.services) ? Object.entries(project.services) : [];
  const mounts = (service: unknown) =>
    listAt(service, 'volumes').map((volume) => textAt(volume, 'source').replace(/^\.\//, ''));
  return services.filter(([, service]) => mounts(service).some((path) => files.has(path))).map(([name]) => name);
}
