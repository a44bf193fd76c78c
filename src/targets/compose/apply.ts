import type { RenderedCompose } from '../../render/rendered.ts';
import { newestRevision } from '../../state/revisions/revision.ts';
import type { ApplyFailure, ApplyOptions, ApplyResult } from '../target.ts';
import type { Connection } from './connection.ts';
import { diagnose } from './diagnose.ts';
import { writeFiles } from './directory.ts';
import { undoDrift } from './drift.ts';
import { serviceHashes } from './plan.ts';
import { composeProgress } from './progress.ts';
import { type RollContext, roll } from './roll.ts';
import { readRunning } from './running.ts';
import { isFailing, isStarting, plannedServices, type ServiceView, serviceDetail } from './services.ts';
import { up } from './up.ts';
import { isUnrecoverable, openWatch, waitForServices } from './wait.ts';

/**
 * Writes the directory, starts the project, and waits until every service is ready. If a service fails, reads its
 * container's last log lines. Throws Interrupted, UserError if the directory cannot be written, and ExternalError if
 * the engine does not answer. A project that fails is a result with outcome `failed`.
 */
export async function applyCompose(
  connection: Connection,
  rendered: RenderedCompose,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { project, now } = connection;
  const { plan, revisions, signal, timeoutMs } = options;
  const until = now() + timeoutMs;
  const progress = composeProgress(options.onProgress);
  await writeFiles(project.directory, rendered.files, newestRevision(revisions)?.files);
  if (plan.drift.length > 0) await undoDrift(connection, rendered.project, options);
  const watch = await openWatch(connection, plannedServices(rendered.project), progress, signal);
  const unrolled = await rollFirst(connection, rendered, { watch, until, options });
  const refused = unrolled ?? (plan.touchesRelease ? await up(connection, watch, progress, options) : undefined);
  const views = refused === undefined ? await waitForServices(watch, { until, now, signal }) : await watch(signal);
  if (refused === undefined && views.every(({ settled }) => settled)) {
    const outcome = plan.changes.length === 0 ? 'unchanged' : 'applied';
    return { outcome, releaseRevision: undefined, running: await readRunning(connection, signal) };
  }
  // If Compose started nothing, no service has failed.
  const isBegun = refused === undefined || views.some(isStarting);
  const seen = isBegun ? await diagnose(connection, views, signal) : [];
  return {
    outcome: 'failed',
    summary: summaryOf(views, seen, refused, timeoutMs),
    failures: refused === undefined || seen.length > 0 ? seen : [refused],
    releaseRevision: undefined,
    state: `project ${project.name} runs only in part; nothing was rolled back`,
    isApplied: true,
  };
}

/** Replaces the services that the plan names one container after the other, after their jobs. */
async function rollFirst(
  connection: Connection,
  rendered: RenderedCompose,
  { watch, until, options }: Pick<RollContext, 'watch' | 'until'> & { readonly options: ApplyOptions },
): Promise<ApplyFailure | undefined> {
  const { oneByOne: services = [], rolls = [] } = options.plan;
  if (services.length === 0) return undefined;
  const hashes = await serviceHashes(connection, rendered, options.signal);
  const planned = plannedServices(rendered.project);
  const jobs = planned.filter(({ name, isJob }) => isJob && rolls.includes(name)).map(({ name }) => name);
  return roll(connection, { jobs, services }, { watch, hashes, until, options });
}

function summaryOf(
  views: readonly ServiceView[],
  seen: readonly ApplyFailure[],
  refused: ApplyFailure | undefined,
  timeoutMs: number,
): string {
  const falling = views.filter(isUnrecoverable);
  if (falling.length > 0) {
    return falling.map((view) => `${view.name} does not keep running: ${serviceDetail(view)}`).join('; ');
  }
  // Compose only reports that such a container is unhealthy, or that another one could not start.
  const troubled = views.filter(isFailing);
  if (refused !== undefined && troubled.length > 0) {
    return troubled.map((view) => `${view.name}: ${serviceDetail(view)}`).join('; ');
  }
  const names = seen.map(({ workload }) => workload).join(', ');
  if (refused === undefined) return `${names} did not become ready in ${Math.round(timeoutMs / 1000)} s`;
  return `${names === '' ? refused.workload : names}: ${refused.reason}`;
}
