import { ExternalError, Interrupted } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import { type ExternalSecretFact, externalSecretFact, externalSecretPath } from '../../evidence/app/external-secret.ts';
import { autoscaled } from '../../evidence/drift/kubernetes/findings.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import { readOwnSecrets } from '../../state/kubernetes/own-secrets.ts';
import { newestRevision, type Revision } from '../../state/revisions/revision.ts';
import type { InstalledRelease } from '../target.ts';
import type { Connection } from './connection.ts';
import { readDrift } from './drift.ts';
import { parseManifest } from './objects.ts';
import { simulatedWorkloads } from './simulated.ts';
import { workloadDetail } from './status-text.ts';
import { readWorkloads, workloadNames } from './workloads.ts';

/** Returns the release as helm reports it, and its workloads as the cluster reports them. */
export async function inspectKubernetes(connection: Connection, signal: AbortSignal): Promise<InstalledRelease> {
  const { helm, release } = connection;
  const newest = (await helm.history(release, signal)).at(-1);
  if (newest === undefined) return { exists: false, status: 'none', revision: undefined, workloads: [], drift: [] };
  const objects = parseManifest(await helm.manifest(release, newest.revision, signal));
  const record = await newestRecord(connection, signal);
  const beside = record?.manifests ?? [];
  const own = beside.filter(({ kind }) => kind === 'Deployment').map(({ kind, name }) => `${kind}/${name}`);
  const names = new Set([...workloadNames(objects), ...own]);
  const [views, drift, externalSecret] = await Promise.all([
    readWorkloads(connection, names, signal),
    readDrift(connection, signal).catch(unlessInterrupted),
    readExternalSecret(connection, record, signal).catch(unlessInterrupted),
  ]);
  // A ScaledObject has the name of the Deployment that it scales.
  const byQueue = beside.filter(({ kind }) => kind === 'ScaledObject').map(({ name }) => `Deployment/${name}`);
  const applied = appliedReplicas(objects, byQueue);
  const simulated = await simulatedWorkloads(connection, views, signal);
  const missing = [...names].filter((name) => !views.some(({ kind, name: own }) => name === `${kind}/${own}`));
  return {
    exists: true,
    status: newest.status,
    revision: newest.revision,
    workloads: [
      ...views.map((view) => ({
        name: view.name,
        desired: applied.get(`${view.kind}/${view.name}`) ?? view.desired,
        ready: view.ready,
        restarts: view.pods.reduce((sum, { restarts }) => sum + restarts, 0),
        detail: workloadDetail(view),
        simulated: simulated.has(view.name),
      })),
      ...missing.map((name) => gone(name.split('/')[1] ?? name)),
    ],
    drift,
    ...(externalSecret === undefined ? {} : { externalSecret }),
  };
}

/** Returns the newest recorded revision. Undefined if it cannot be read. */
async function newestRecord({ kubectl, release }: Connection, signal: AbortSignal): Promise<Revision | undefined> {
  const read = await readOwnSecrets(kubectl, release.namespace, release.name, signal).catch(unlessInterrupted);
  return newestRevision(read?.revisions ?? []);
}

/** Returns the ExternalSecret of the recorded revision. Undefined if difyctl made its Secret. */
async function readExternalSecret(
  { kubectl, release }: Connection,
  record: Revision | undefined,
  signal: AbortSignal,
): Promise<ExternalSecretFact | undefined> {
  const recorded = (record?.manifests ?? []).find(
    ({ kind, name }) => kind === 'ExternalSecret' && name === record?.secretName,
  );
  if (recorded === undefined) return undefined;
  const { apiVersion, name } = recorded;
  const path = externalSecretPath(apiVersion.split('/').at(-1) ?? '', release.namespace, name);
  try {
    return externalSecretFact(name, await kubectl.get(path, signal));
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'not-found') return externalSecretFact(name, undefined);
    throw error;
  }
}

function gone(name: string): InstalledRelease['workloads'][number] {
  return { name, desired: 1, ready: 0, restarts: 0, detail: 'no longer exists in the cluster', simulated: false };
}

/** Returns the applied replicas of workloads without an autoscaler. */
function appliedReplicas(
  objects: readonly KubernetesObject[],
  byQueue: readonly string[],
): ReadonlyMap<string, number> {
  const scaled = new Set([...autoscaled(objects), ...byQueue]);
  return new Map(
    objects.flatMap(({ kind, metadata, spec }): readonly (readonly [string, number])[] => {
      const replicas = isObject(spec) ? spec.replicas : undefined;
      const key = `${kind}/${metadata.name}`;
      return typeof replicas === 'number' && !scaled.has(key) ? [[key, replicas]] : [];
    }),
  );
}

/**
 * Returns undefined, so that `status` works for users who may read workloads but not everything. Rethrows interrupts
 * and bugs.
 */
function unlessInterrupted(error: unknown): undefined {
  if (error instanceof Interrupted || !(error instanceof ExternalError)) throw error;
}
