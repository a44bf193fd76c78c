import type { LiveRelease } from '../target.ts';
import type { Connection } from './connection.ts';
import { parseManifest } from './objects.ts';
import { simulatedWorkloads } from './simulated.ts';
import { workloadDetail } from './words.ts';
import { readWorkloads, workloadNames } from './workloads.ts';

/** The release as helm knows it, and its workloads as the cluster does. */
export async function inspectKubernetes(connection: Connection, signal: AbortSignal): Promise<LiveRelease> {
  const { helm, release } = connection;
  const newest = (await helm.history(release, signal)).at(-1);
  if (newest === undefined) return { exists: false, status: 'none', revision: undefined, workloads: [] };
  const names = workloadNames(parseManifest(await helm.manifest(release, newest.revision, signal)));
  const views = await readWorkloads(connection, names, signal);
  const simulated = await simulatedWorkloads(connection, views, signal);
  const missing = [...names].filter((name) => !views.some(({ kind, name: own }) => name === `${kind}/${own}`));
  return {
    exists: true,
    status: newest.status,
    revision: newest.revision,
    workloads: [
      ...views.map((view) => ({
        name: view.name,
        desired: view.desired,
        ready: view.ready,
        restarts: view.pods.reduce((sum, { restarts }) => sum + restarts, 0),
        detail: workloadDetail(view),
        simulated: simulated.has(view.name),
      })),
      ...missing.map((name) => gone(name.split('/')[1] ?? name)),
    ],
  };
}

function gone(name: string): LiveRelease['workloads'][number] {
  return { name, desired: 1, ready: 0, restarts: 0, detail: 'is gone from the cluster', simulated: false };
}
