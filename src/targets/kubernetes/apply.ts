import { ExternalError } from '../../base/errors.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { ApplyFailure, ApplyOptions, ApplyResult } from '../target.ts';
import { type Connection, chartOf } from './connection.ts';
import { diagnose } from './diagnose.ts';
import { readersOf, undoDrift } from './drift.ts';
import { externalSecretOf, provideExternally } from './external-secret.ts';
import { applyGracefulStops } from './graceful.ts';
import { withLiveCounts } from './live-counts.ts';
import { migrate, migrationOf } from './migrate.ts';
import { parseManifest } from './objects.ts';
import { applyOwn, deleteObjects, followsRelease } from './own.ts';
import { isServing, replacedObjects } from './owned.ts';
import { ownObjects, secretObjects } from './plan.ts';
import { runOptions } from './recover.ts';
import { waitForWorkloads } from './wait.ts';
import { workloadNames } from './workloads.ts';

/**
 * Applies the Secret and the objects outside the chart, upgrades the release, and waits until every workload is ready.
 * If one is not, reads the logs of its failing pod. Throws Interrupted, and ExternalError if the cluster does not
 * answer. A release that fails is a result with outcome `failed`.
 */
export async function applyKubernetes(
  connection: Connection,
  rendered: RenderedKubernetes,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { helm, release } = connection;
  const { plan, signal, timeoutMs } = options;
  const sized = await withLiveCounts(connection, rendered, signal);
  const reread = plan.drift.length > 0 ? await undoDrift(connection, ownObjects(rendered), options) : NONE_RESTARTED;
  const stopped = await prepareRelease(connection, sized, options);
  if (stopped !== undefined) return stopped;
  const deadline = connection.now() + timeoutMs;
  const dropped = plan.changes.length > 0 ? await applyBeside(connection, sized, options) : [];
  const refused = plan.touchesRelease ? await upgrade(connection, sized, options) : undefined;
  const revision = (await helm.history(release, signal)).at(-1)?.revision;
  if (refused !== undefined) {
    return failed(connection, options, { summary: refused.reason, failures: [refused], revision });
  }
  if (revision === undefined) throw new ExternalError(`helm succeeded, but release ${release.name} does not exist`);
  await applyOwn(connection, touchedOf(sized.manifests, plan).filter(followsRelease), options.revision, signal);
  const objects = parseManifest(await helm.manifest(release, revision, signal));
  if (plan.touchesRelease) await applyGracefulStops(connection, objects, { changes: plan.changes, signal });
  await restart(connection, readersOf([...objects, ...sized.manifests], reread), options);
  const names = workloadNames([...objects, ...sized.manifests]);
  const left = Math.max(0, deadline - connection.now());
  const { settled, views } = await waitForWorkloads(connection, names, { ...options, timeoutMs: left });
  if (settled) {
    await deleteObjects(connection, dropped, signal);
    return { outcome: plan.changes.length === 0 ? 'unchanged' : 'applied', releaseRevision: revision };
  }
  const failures = await diagnose(connection, views, signal);
  const late = views.filter((view) => !view.settled).map(({ label }) => label);
  const summary = `${late.join(', ')} did not become ready in ${Math.round(timeoutMs / 1000)} s`;
  return failed(connection, options, { summary, failures, revision });
}

/**
 * Has External Secrets create the Secret, and then migrates the database, before anything of the new set runs. Returns
 * the result if one of them failed: the ExternalSecret, the Secret and the Job are all that exists of the new set.
 */
async function prepareRelease(
  connection: Connection,
  rendered: RenderedKubernetes,
  options: ApplyOptions,
): Promise<ApplyResult | undefined> {
  const { plan, revision, signal } = options;
  const external = externalSecretOf(rendered);
  const unprovided = external === undefined ? undefined : await provideExternally(connection, external, options);
  if (unprovided !== undefined) {
    return notRolledOut(connection, unprovided, 'External Secrets has no usable Secret', signal);
  }
  const job = plan.touchesRelease ? migrationOf(rendered) : undefined;
  if (job === undefined) return undefined;
  await applyOwn(connection, touchedOf(secretObjects(rendered), plan), revision, signal);
  const failure = await migrate(connection, job, options);
  if (failure === undefined) return undefined;
  return notRolledOut(connection, failure, 'the database migration failed', signal);
}

/** The result of an apply that stopped before the release. */
async function notRolledOut(
  { helm, release }: Connection,
  failure: ApplyFailure,
  what: string,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const revision = (await helm.history(release, signal)).at(-1)?.revision;
  const at = revision === undefined ? 'was not made' : `is still at revision ${revision}`;
  return {
    ...{ outcome: 'failed', failures: [failure], releaseRevision: revision, isApplied: false },
    summary: `${what}, so nothing was rolled out`,
    state: `release ${release.name} ${at}; no workload was changed`,
  };
}

/** Returns the objects that the plan changes. */
function touchedOf(objects: readonly KubernetesObject[], plan: ApplyOptions['plan']): readonly KubernetesObject[] {
  return objects.filter(({ kind, metadata }) =>
    plan.changes.some((change) => change.kind === kind && change.name === metadata.name),
  );
}

const NONE_RESTARTED: ReadonlySet<string> = new Set();

/** Restarts workloads whose processes may have read the contents from before the drift was undone. */
async function restart(
  { kubectl, release }: Connection,
  workloads: readonly string[],
  { signal, onProgress }: ApplyOptions,
): Promise<void> {
  if (workloads.length === 0) return;
  onProgress({ type: 'step-progress', step: 'apply', detail: `restarting ${workloads.join(', ')}` });
  await kubectl.run(['rollout', 'restart', ...workloads, '-n', release.namespace], { signal });
}

/**
 * Applies the objects outside the chart and deletes those that are no longer planned. Returns the ones that still
 * serve, which the caller deletes when the release is ready.
 */
async function applyBeside(
  connection: Connection,
  rendered: RenderedKubernetes,
  options: ApplyOptions,
): Promise<readonly Revision['manifests'][number][]> {
  const own = ownObjects(rendered);
  const touched = touchedOf(own, options.plan).filter((one) => one.kind !== 'Job' && !followsRelease(one));
  await applyOwn(connection, touched, options.revision, options.signal);
  const dropped = await replacedObjects(connection, options.revisions, own, options.signal);
  const unused = dropped.filter((one) => !isServing(one));
  await deleteObjects(connection, unused, options.signal);
  return dropped.filter(isServing);
}

/** Runs `helm upgrade --install`. Returns undefined if helm succeeded; otherwise the failure in helm's own words. */
async function upgrade(
  connection: Connection,
  rendered: RenderedKubernetes,
  options: ApplyOptions,
): Promise<ApplyFailure | undefined> {
  const { helm, release } = connection;
  const detail = `helm upgrade --install ${release.name}`;
  options.onProgress({ type: 'step-progress', step: 'apply', detail });
  try {
    await helm.upgradeInstall(release, chartOf(connection), rendered.values, runOptions(options));
    return undefined;
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { workload: `release ${release.name}`, reason: error.message, logs: error.stderr, events: [] };
  }
}

interface Failed {
  readonly summary: string;
  readonly failures: readonly ApplyFailure[];
  readonly revision: number | undefined;
}

function failed({ release }: Connection, { plan }: ApplyOptions, { summary, failures, revision }: Failed): ApplyResult {
  const at = revision === undefined ? 'was not created' : `is at revision ${revision}`;
  return {
    ...{ outcome: 'failed', summary, failures, releaseRevision: revision },
    state: `release ${release.name} ${at}; nothing was rolled back`,
    isApplied: plan.touchesRelease,
  };
}
