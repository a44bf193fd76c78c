import type { Api } from '../../../src/rehearsal/plane/api.ts';
import { poll } from '../../../src/rehearsal/plane/poll.ts';
import { type Contents, contentsOf, listOf } from './contents.ts';

const POD = /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+$/;
const NAMESPACE = /^\/api\/v1\/namespaces\/[^/]+$/;
/** An object of one namespace. */
const INSIDE = /\/namespaces\/[^/]+\/[^/]+\/[^/]+$/;

/**
 * Deletes every object that the cluster did not have at its start. Namespaces disappear some seconds later.
 *
 * @throws Error if an object of the start is missing or different, which only a new cluster repairs
 */
export async function emptyCluster(api: Api, start: Contents): Promise<void> {
  const now = await contentsOf(api);
  const changed = [...start].filter(([path, digest]) => now.get(path) !== digest).map(([path]) => path);
  if (changed.length > 0) throw new Error(`missing or different: ${changed.join(', ')}`);
  const added = [...now.keys()].filter((path) => !start.has(path));
  const namespaces = added.filter((path) => NAMESPACE.test(path));
  // Webhooks and policies could refuse the deletion of the others, so the cluster's own objects are first. A namespace
  // is last: while it has pods, its controller comes back only after half of their grace period.
  await deleteAll(
    api,
    added.filter((path) => !INSIDE.test(path) && !NAMESPACE.test(path)),
  );
  await deleteAll(
    api,
    added.filter((path) => INSIDE.test(path) && !POD.test(path)),
  );
  await poll('no pod is left', async () => {
    const pods = [...(await listOf(api, '/api/v1', 'pods')).keys()].filter((path) => !start.has(path));
    await deleteAll(
      api,
      pods.map((pod) => `${pod}?gracePeriodSeconds=0`),
    );
    return pods.length === 0 ? true : undefined;
  });
  await deleteAll(api, namespaces);
}

/** Waits until an emptied cluster is as it was at its start. Throws ExternalError if objects remain. */
export async function untilAsAtStart(api: Api, start: Contents): Promise<void> {
  await poll('the cluster is as it was at its start', async () => {
    const now = await contentsOf(api);
    const left = [...now].filter(([path, digest]) => start.get(path) !== digest);
    if (left.length > 0 || now.size !== start.size) throw new Error(`left: ${left.map(([path]) => path).join(', ')}`);
    return true;
  });
}

/** Objects that are gone already, such as those of a deleted owner, are no error. */
async function deleteAll(api: Api, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => api.delete(path).catch(() => undefined)));
}
