import { ExternalError } from '../../base/errors.ts';
import type { HelmRevision } from '../../exec/helm.ts';
import type { RenderedKubernetes } from '../../render/rendered.ts';
import type { ApplyFailure, ApplyOptions, ApplyResult } from '../target.ts';
import { type Connection, chartOf } from './connection.ts';
import { diagnose } from './diagnose.ts';
import { readersOf, undoDrift } from './drift.ts';
import { lastDeployed } from './history.ts';
import { parseManifest } from './objects.ts';
import { applyOwn, deleteObjects } from './own.ts';
import { droppedObjects } from './owned.ts';
import { ownObjects } from './plan.ts';
import { runOptions } from './recover.ts';
import { waitForWorkloads } from './wait.ts';
import { workloadNames } from './workloads.ts';

/**
 * The Secret, the objects beside the chart, the release; then waits until every workload is ready. What a failing pod said is read before
 * anything is rolled back. Throws Interrupted, and ExternalError where the cluster does not answer; a release that fails is an answer.
 */
export async function applyKubernetes(
  connection: Connection,
  rendered: RenderedKubernetes,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { helm, release } = connection;
  const { plan, signal, timeoutMs } = options;
  const deadline = connection.now() + timeoutMs;
  const good = goodRevision(await helm.history(release, signal), options.good);
  const reread = plan.drift.length > 0 ? await undoDrift(connection, ownObjects(rendered), options) : NOBODY;
  if (plan.changes.length > 0) await applyBeside(connection, rendered, options);
  const refused = plan.touchesRelease ? await upgrade(connection, rendered, options) : undefined;
  const revision = (await helm.history(release, signal)).at(-1)?.revision;
  if (refused !== undefined) {
    return failed(connection, options, { summary: refused.reason, failures: [refused], revision, good });
  }
  if (revision === undefined) throw new ExternalError(`helm ended well, and there is no release ${release.name}`);
  const objects = parseManifest(await helm.manifest(release, revision, signal));
  await restart(connection, readersOf(objects, reread), options);
  const names = workloadNames(objects);
  const left = Math.max(0, deadline - connection.now());
  const { settled, views } = await waitForWorkloads(connection, names, { ...options, timeoutMs: left });
  if (settled) return { outcome: plan.changes.length === 0 ? 'unchanged' : 'applied', releaseRevision: revision };
  const failures = await diagnose(connection, views, signal);
  const late = views.filter((view) => !view.settled).map(({ label }) => label);
  const summary = `${late.join(', ')} did not become ready in ${Math.round(timeoutMs / 1000)} s`;
  return failed(connection, options, { summary, failures, revision, good });
}

const NOBODY: ReadonlySet<string> = new Set();

/** Processes that may have read other contents than those that are back now. */
async function restart(
  { kubectl, release }: Connection,
  workloads: readonly string[],
  { signal, onProgress }: ApplyOptions,
): Promise<void> {
  if (workloads.length === 0) return;
  onProgress({ type: 'step-progress', step: 'apply', detail: `restarting ${workloads.join(', ')}` });
  await kubectl.run(['rollout', 'restart', ...workloads, '-n', release.namespace], { signal });
}

/** What served before: as the revisions say, and where they do not, as helm does. */
function goodRevision(history: readonly HelmRevision[], recorded: number | undefined): number | undefined {
  return history.some(({ revision }) => revision === recorded) ? recorded : lastDeployed(history)?.revision;
}

async function applyBeside(connection: Connection, rendered: RenderedKubernetes, options: ApplyOptions): Promise<void> {
  const own = ownObjects(rendered);
  const touched = own.filter(({ kind, metadata }) =>
    options.plan.changes.some((change) => change.kind === kind && change.name === metadata.name),
  );
  await applyOwn(connection, touched, options.revision, options.signal);
  const dropped = await droppedObjects(connection, options.previous, own, options.signal);
  await deleteObjects(connection, dropped, options.signal);
}

/** Undefined where helm took it; else its own words. */
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
  /** helm's last good revision before this run. */
  readonly good: number | undefined;
}

async function failed(connection: Connection, options: ApplyOptions, failure: Failed): Promise<ApplyResult> {
  const { summary, failures, revision } = failure;
  const common = { summary, failures };
  if (options.atomic && options.plan.touchesRelease) {
    return { ...common, outcome: 'rolled-back', ...(await rollBack(connection, options, failure)) };
  }
  const { name } = connection.release;
  const at = revision === undefined ? 'was not made' : `is at revision ${revision}`;
  return {
    ...common,
    outcome: 'failed',
    releaseRevision: revision,
    state: `release ${name} ${at}; nothing was rolled back`,
  };
}

/** Back to what was good before; a first install goes. Claims that the chart keeps, and difyctl's Secret, stay. */
async function rollBack(
  { helm, release }: Connection,
  options: ApplyOptions,
  { good, revision }: Failed,
): Promise<{ readonly releaseRevision: number | undefined; readonly state: string }> {
  const run = runOptions(options);
  if (good === undefined) {
    if (revision !== undefined) await helm.uninstall(release, run);
    return {
      releaseRevision: undefined,
      state: `release ${release.name} was removed again; claims and secrets are kept`,
    };
  }
  await helm.rollback(release, good, run);
  const now = (await helm.history(release, options.signal)).at(-1)?.revision;
  return {
    releaseRevision: now,
    state: `release ${release.name} was rolled back to revision ${good}, now revision ${now}`,
  };
}
