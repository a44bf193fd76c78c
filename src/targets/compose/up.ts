import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import type { ApplyFailure, ApplyOptions, OnChild, WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { resetFront } from './front.ts';
import type { ComposeProgress } from './progress.ts';
import { type Watch, whileWatched } from './wait.ts';

export type UpOptions = Pick<ApplyOptions, 'signal' | 'timeoutMs' | 'onProgress' | 'onChild'>;

/**
 * Runs `docker compose up` on the project's files. Returns undefined if Compose succeeded, or if it was ended because a
 * service keeps failing; otherwise the failure in Compose's own words.
 */
export async function up(
  connection: Connection,
  watch: Watch,
  progress: ComposeProgress,
  options: UpOptions,
): Promise<ApplyFailure | undefined> {
  const { docker, project } = connection;
  const { timeoutMs, onChild } = options;
  await resetFront(connection, options.signal);
  // Compose reports other pulls as interrupted, which pushes the one line with the cause out of the last lines.
  let unpulled: ApplyFailure | undefined;
  try {
    await whileWatched(watch, options.signal, (signal) =>
      docker.compose(project, ['up', '--detach', '--remove-orphans', '--no-build'], {
        signal,
        timeoutMs,
        onStart: composeChild(onChild),
        onStderr: (line) => {
          progress.heard(line);
          unpulled ??= pullFailure(line);
        },
      }),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    const reason = error.stderr.at(-1) ?? error.message;
    return unpulled ?? { workload: `project ${project.name}`, reason, logs: error.stderr, events: [] };
  }
}

/** Parses ` web Error Get "https://…": …`. Returns undefined for any other line. */
function pullFailure(line: string): ApplyFailure | undefined {
  const [, name, why] = /^\s*(?:Image )?(\S+) Error (\S.*)$/.exec(line) ?? [];
  if (name === undefined || why === undefined) return undefined;
  return { workload: name, reason: `its image cannot be pulled: ${why.trim()}`, logs: [], events: [] };
}

/**
 * The engine releases the addresses of a removed container a moment after it reports the removal. Until then it refuses
 * to remove the network (moby, `has active endpoints`). Seen with Compose 5.6 on Docker 20.10.
 */
const NOT_RELEASED = /has active endpoints/;
/** Pauses in ms before Compose removes the networks again. */
const RELEASE_PAUSES_MS = [500, 1_000, 2_000, 4_000];

/**
 * Runs `docker compose down`: removes containers and networks; keeps volumes, bind-mounted data and files. Repeats it
 * while the engine still releases addresses of removed containers. Throws ExternalError.
 */
export async function down(
  { docker, project }: Connection,
  { signal, timeoutMs, onChild }: WorkOptions,
  pause: (ms: number) => Promise<unknown> = (ms) => wait(ms, signal),
): Promise<void> {
  const settings = { signal, timeoutMs, onStart: composeChild(onChild) };
  for (const ms of [...RELEASE_PAUSES_MS, undefined]) {
    try {
      await docker.composeLive(project, ['down', '--remove-orphans'], settings);
      return;
    } catch (error) {
      const passes = error instanceof ExternalError && error.stderr.some((line) => NOT_RELEASED.test(line));
      if (!passes || ms === undefined) throw error;
      await pause(ms);
    }
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw new Interrupted();
  });
}

function composeChild(onChild: OnChild): (pid: number) => void {
  return (pid) => onChild('docker', pid);
}
