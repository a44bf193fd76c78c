import { ExternalError } from '../../base/errors.ts';
import type { RenderedCompose } from '../../render/rendered.ts';
import type { ApplyFailure, ApplyOptions, ApplyResult, OnChild, WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';
import { diagnose } from './diagnose.ts';
import { snapshot, writeFiles } from './directory.ts';
import { plannedServices, viewServices } from './services.ts';
import { waitForServices } from './wait.ts';

/**
 * Writes the directory, brings the project up, and waits until every service is ready. What a failing container said is read before anything
 * is taken back. Throws Interrupted, and ExternalError where the engine does not answer; a project that fails is an answer.
 */
export async function applyCompose(
  connection: Connection,
  rendered: RenderedCompose,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { project } = connection;
  const { plan, previous, signal, timeoutMs, onProgress } = options;
  const deadline = connection.now() + timeoutMs;
  const before = await snapshot(project.directory, rendered.files);
  await writeFiles(project.directory, rendered.files, previous);
  const refused = plan.touchesRelease ? await up(connection, options) : undefined;
  const planned = plannedServices(rendered.project);
  const left = refused === undefined ? Math.max(0, deadline - connection.now()) : 0;
  const { settled, views } =
    refused === undefined
      ? await waitForServices(connection, planned, { timeoutMs: left, signal, onProgress })
      : { settled: false, views: viewServices(planned, await readContainers(connection, signal)) };
  if (settled) return { outcome: plan.changes.length === 0 ? 'unchanged' : 'applied', releaseRevision: undefined };
  const seen = await diagnose(connection, views, signal);
  const failures = refused === undefined || seen.length > 0 ? seen : [refused];
  const late = failures.map(({ workload }) => workload).join(', ');
  const summary =
    refused === undefined
      ? `${late} did not become ready in ${Math.round(timeoutMs / 1000)} s`
      : `${late}: ${refused.reason}`;
  const undone = options.atomic ? await takeBack(connection, before, options) : undefined;
  return {
    outcome: undone === undefined ? 'failed' : 'rolled-back',
    summary,
    failures,
    releaseRevision: undefined,
    state: undone ?? `project ${project.name} is as far up as it came; nothing was taken back`,
  };
}

type UpOptions = Pick<ApplyOptions, 'signal' | 'timeoutMs' | 'onProgress' | 'onChild'>;

/** Undefined where Compose took it; else its own last words. */
async function up({ docker, project, redact }: Connection, options: UpOptions): Promise<ApplyFailure | undefined> {
  const { signal, timeoutMs, onProgress, onChild } = options;
  onProgress({ type: 'step-progress', step: 'apply', detail: `docker compose up ${project.name}` });
  try {
    await docker.compose(project, ['up', '--detach', '--remove-orphans', '--no-build'], {
      signal,
      timeoutMs,
      onStart: composeChild(onChild),
      onStderr: (line) => {
        const detail = redact(line).trim();
        if (detail !== '') onProgress({ type: 'step-progress', step: 'apply', detail });
      },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    const reason = error.stderr.at(-1) ?? error.message;
    return { workload: `project ${project.name}`, reason, logs: error.stderr, events: [] };
  }
}

/** Back to the files that stood before; a first install goes. Data and `.env` stay. */
async function takeBack(
  connection: Connection,
  before: Awaited<ReturnType<typeof snapshot>>,
  options: ApplyOptions,
): Promise<string> {
  const { project } = connection;
  if (!before.some(({ path }) => path === 'compose.yaml')) {
    await down(connection, options);
    return `project ${project.name} was taken down again; its data and .env are kept`;
  }
  await writeFiles(project.directory, before, undefined);
  const refused = await up(connection, options);
  return refused === undefined
    ? `project ${project.name} runs from the files that stood before`
    : `the files that stood before are back, and Compose refuses them too: ${refused.reason}`;
}

/** Containers and networks go; volumes, bind-mounted data and files stay. */
export async function down(
  { docker, project }: Connection,
  { signal, timeoutMs, onChild }: WorkOptions,
): Promise<void> {
  const args = [
    'compose',
    '--ansi',
    'never',
    '--progress',
    'plain',
    '--project-name',
    project.name,
    'down',
    '--remove-orphans',
  ];
  await docker.run(args, { signal, timeoutMs, onStart: composeChild(onChild) });
}

function composeChild(onChild: OnChild): (pid: number) => void {
  return (pid) => onChild('docker', pid);
}
