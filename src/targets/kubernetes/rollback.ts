import { UserError } from '../../base/errors.ts';
import type { HelmRevision } from '../../exec/helm.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import { readOwnSecrets } from '../../state/kubernetes/own-secrets.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Checkpoint, CheckpointInput, RollbackOptions, RolledBack } from '../target.ts';
import type { Connection } from './connection.ts';
import { applyGracefulStops } from './graceful.ts';
import { lastDeployed } from './history.ts';
import { parseManifest } from './objects.ts';
import { applyOwn, deleteObjects, followsRelease } from './own.ts';
import { replacedObjects } from './owned.ts';
import { runOptions } from './recover.ts';
import { waitForWorkloads } from './wait.ts';
import { workloadNames } from './workloads.ts';

/**
 * Returns the helm revision that serves now: the recorded one if helm still has it, otherwise the newest with status
 * `deployed`.
 */
export async function checkpointKubernetes(
  { helm, release }: Connection,
  { good }: CheckpointInput,
  signal: AbortSignal,
): Promise<Checkpoint> {
  const history = await helm.history(release, signal);
  const recorded = hasRevision(history, good?.releaseRevision) ? good?.releaseRevision : undefined;
  return { target: 'kubernetes', releaseRevision: recorded ?? lastDeployed(history)?.revision, beside: good };
}

/**
 * Rolls the release back with helm, and the objects outside the chart with it, and waits for its workloads. Throws
 * UserError if helm no longer has the recorded revision, or if its Secret does not exist.
 */
export async function rollbackKubernetes(
  connection: Connection,
  to: Checkpoint | Revision,
  options: RollbackOptions,
): Promise<RolledBack> {
  const { release } = connection;
  if ('number' in to) {
    const releaseRevision = await requireKept(connection, to, options.signal);
    const own = await applyBeside(connection, to, options);
    return rollBackTo(connection, releaseRevision, { own, record: to }, options);
  }
  if (to.target !== 'kubernetes') throw new Error('the Kubernetes target was given a checkpoint of Compose');
  const own = await applyBeside(connection, to.beside, options);
  if (to.releaseRevision !== undefined)
    return rollBackTo(connection, to.releaseRevision, { own, record: to.beside }, options);
  const isInstalled = (await connection.helm.history(release, options.signal)).length > 0;
  if (isInstalled) await connection.helm.uninstall(release, runOptions(options));
  const state = `release ${release.name} was removed; claims and secrets are kept`;
  return { releaseRevision: undefined, state };
}

/** The objects outside the chart, and the revision that recorded them. */
interface Beside {
  readonly own: readonly KubernetesObject[];
  readonly record: Pick<Revision, 'number' | 'files'> | undefined;
}

/** Rolls back, and waits for the workloads as long as the rest of the time limit allows. */
async function rollBackTo(
  connection: Connection,
  to: number,
  { own, record }: Beside,
  options: RollbackOptions,
): Promise<RolledBack> {
  const { helm, release, now } = connection;
  const { signal, timeoutMs } = options;
  const deadline = now() + timeoutMs;
  await helm.rollback(release, to, runOptions(options));
  await applyOwn(connection, own.filter(followsRelease), record?.number, signal);
  const revision = (await helm.history(release, signal)).at(-1)?.revision;
  const state = `release ${release.name} was rolled back to revision ${to}, now revision ${revision}`;
  if (revision === undefined) return { releaseRevision: revision, state };
  const objects = parseManifest(await helm.manifest(release, revision, signal));
  // helm may have created Deployments again that the newer revision did not have.
  const hadStops = (record?.files ?? []).some(({ path }) => path.startsWith('patches/'));
  if (hadStops) await applyGracefulStops(connection, objects, { changes: [], signal });
  const names = workloadNames([...objects, ...own]);
  const left = Math.max(0, deadline - now());
  const { views } = await waitForWorkloads(connection, names, { ...options, timeoutMs: left });
  const late = views.filter(({ settled }) => !settled).map(({ label }) => label);
  return {
    releaseRevision: revision,
    state: late.length === 0 ? state : `${state}; ${late.join(', ')} did not become ready`,
  };
}

/** Returns helm's revision of a recorded one. Throws UserError if it cannot be rolled back to. */
async function requireKept(
  { helm, kubectl, release }: Connection,
  { number, releaseRevision, secretName }: Revision,
  signal: AbortSignal,
): Promise<number> {
  const next = ['difyctl history', 'difyctl install with the difyctl.yaml of that revision'];
  if (releaseRevision === undefined || !hasRevision(await helm.history(release, signal), releaseRevision)) {
    throw new UserError(`difyctl cannot roll back to revision ${number}: helm has deleted its release revision`, {
      next,
    });
  }
  const { data } = await readOwnSecrets(kubectl, release.namespace, release.name, signal);
  if (secretName === undefined || data.some(({ name }) => name === secretName)) return releaseRevision;
  throw new UserError(`difyctl cannot roll back to revision ${number}: its Secret ${secretName} does not exist`, {
    next,
  });
}

/**
 * Applies the objects outside the chart as the revision recorded them, and deletes those that only the newer one has.
 * Without a revision, deletes them all. Returns those that it applied.
 */
async function applyBeside(
  connection: Connection,
  to: Pick<Revision, 'number' | 'files'> | undefined,
  { applied, signal }: RollbackOptions,
): Promise<readonly KubernetesObject[]> {
  const files = (to?.files ?? []).filter(({ path }) => path.startsWith('manifests/'));
  const objects = files.flatMap(({ content }) => (content === undefined ? [] : parseManifest(content)));
  // An older migration does not run again: it cannot undo a newer one.
  const lasting = objects.filter(({ kind }) => kind !== 'Job');
  const first = lasting.filter((object) => !followsRelease(object));
  await applyOwn(connection, first, to?.number, signal);
  await deleteObjects(connection, await replacedObjects(connection, [applied], objects, signal), signal);
  return lasting;
}

function hasRevision(history: readonly HelmRevision[], wanted: number | undefined): boolean {
  return history.some(({ revision }) => revision === wanted);
}
