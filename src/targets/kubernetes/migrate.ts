import { setTimeout as sleep } from 'node:timers/promises';
import { cut } from '../../base/cut.ts';
import { Interrupted } from '../../base/errors.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { type JobState, jobState } from '../../jobs/job-state.ts';
import type { PodState } from '../../jobs/pod-state.ts';
import { jobPodState, removeObjects } from '../../jobs/run-job.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import type { ApplyFailure, ApplyOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { logLines } from './log-lines.ts';
import { applyOwn } from './own.ts';

const POLL_MS = 1_000;
/** Limits what a report shows of a migration's log. A traceback of Alembic has about 40 lines. */
const LOG_LINES = 60;
const LINE_CHARACTERS = 400;

/** Returns the Job that migrates the database before a roll-out. Undefined if the api migrates itself. */
export function migrationOf({ manifests }: Pick<RenderedKubernetes, 'manifests'>): KubernetesObject | undefined {
  return manifests.find(({ kind }) => kind === 'Job');
}

/**
 * Runs the migration and waits for its end. A Job that ended well does not run again, and a Job of a killed run is
 * waited for. Returns the failure if the migration failed or did not end within the time limit. In the second case the
 * Job is deleted. Throws Interrupted, and ExternalError if the cluster does not answer.
 */
export async function migrate(
  connection: Connection,
  job: KubernetesObject,
  options: ApplyOptions,
): Promise<ApplyFailure | undefined> {
  const { name } = job.metadata;
  const before = await readJob(connection, name, options.signal);
  if (before.is === 'complete') return undefined;
  report(options, 'migrating the database');
  if (before.is === 'failed') await deleteJob(connection, name);
  if (before.is !== 'active') await applyOwn(connection, [job], options.revision, options.signal);
  const why = await waitForEnd(connection, name, options);
  if (why === undefined) return undefined;
  const log = await logLines(connection, [`job/${name}`], LOG_LINES, options.signal);
  const logs = log.map((line) => cut(line, LINE_CHARACTERS));
  if (why.isRunning) await deleteJob(connection, name);
  return { workload: name, reason: why.reason, logs, events: [] };
}

interface NoSuccess {
  readonly reason: string;
  /** True if the Job did not end by itself. */
  readonly isRunning: boolean;
}

/** Undefined if the migration succeeded. */
async function waitForEnd(connection: Connection, name: string, options: ApplyOptions): Promise<NoSuccess | undefined> {
  const { kubectl, release, now } = connection;
  const { signal, timeoutMs } = options;
  const deadline = now() + timeoutMs;
  let said = '';
  for (;;) {
    const state = await readJob(connection, name, signal);
    if (state.is === 'complete') return undefined;
    const pod = await jobPodState(kubectl, { name, namespace: release.namespace }, signal);
    const end = noSuccess(state, pod, now() >= deadline ? timeoutMs : undefined);
    if (end !== undefined) return end;
    const detail = pod.is === 'waiting' ? `migrating the database: ${pod.why}` : 'migrating the database';
    if (detail !== said) report(options, detail);
    said = detail;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {
      throw new Interrupted();
    });
  }
}

/**
 * Returns why a migration that is not complete does not succeed. Undefined if it may still succeed. `overMs` is the
 * time limit in ms, if it is over.
 */
export function noSuccess(state: JobState, pod: PodState, overMs: number | undefined): NoSuccess | undefined {
  if (state.is === 'failed') return { reason: pod.is === 'terminal' ? pod.why : state.why, isRunning: false };
  if (state.is === 'absent') return { reason: 'its Job was deleted', isRunning: false };
  // The Job's status follows the end of its pod after a moment.
  if (pod.is === 'terminal' && pod.hasEnded !== true) return { reason: pod.why, isRunning: true };
  if (overMs === undefined) return undefined;
  const limit = `it did not end within ${Math.round(overMs / 1000)} s and was stopped`;
  return { reason: pod.is === 'waiting' ? `${limit}: ${pod.why}` : limit, isRunning: true };
}

function report({ onProgress }: ApplyOptions, detail: string): void {
  onProgress({ type: 'step-progress', step: 'apply', detail });
}

async function readJob({ kubectl, release }: Connection, name: string, signal: AbortSignal): Promise<JobState> {
  const args = ['get', 'job', name, '-n', release.namespace, '--ignore-not-found', '-o', 'json'];
  const text = await kubectl.run(args, { signal });
  return jobState(text.trim() === '' ? undefined : jsonAnswer(text, `kubectl get job ${name}`));
}

async function deleteJob({ kubectl, release }: Connection, name: string): Promise<void> {
  await removeObjects(kubectl, release.namespace, [`job/${name}`]);
}
