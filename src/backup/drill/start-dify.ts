import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { ExternalError } from '../../base/errors.ts';
import type { Redact } from '../../base/redact.ts';
import { outputLines } from '../../exec/answer.ts';
import { projectFilter } from '../../exec/docker.ts';
import { COMPOSE_ADDRESSES, INIT_PERMISSIONS, SERVICE_OF } from '../../render/compose/names.ts';
import { readContainers } from '../../targets/compose/containers.ts';
import { diagnose } from '../../targets/compose/diagnose.ts';
import { plannedServices, viewServices } from '../../targets/compose/services.ts';
import type { ApplyFailure } from '../../targets/target.ts';
import type { DifyInDrill } from './place.ts';

/** Seconds in which every service must become healthy: the migration of a large database takes minutes. */
export const DIFY_START_SECONDS = 20 * 60;
/** Milliseconds to pull the images that this machine does not have. */
const PULL_MS = 30 * 60_000;
/** Milliseconds to copy restored files into a volume. */
const COPY_MS = 24 * 60 * 60_000;

/**
 * The file with which the renderer's job records that the API's user owns the storage. The restored files belong to
 * another user, so that the job must run again.
 */
const OWNER_FLAG = '.init_permissions';

interface RestoredFiles {
  /** Folder with the folders `objects` and `plugin-storage`. */
  readonly folder: string;
  /** Keys of the tenants that the set keeps among its secrets, by their path among the objects. */
  readonly keys: Readonly<Record<string, string>>;
}

interface StartOptions {
  readonly redact: Redact;
  readonly signal: AbortSignal;
}

/**
 * Copies the restored files into the volumes of the drill, and starts Dify on them. Returns the services that did not
 * become ready, with their last lines of log; none if all did. Throws ExternalError if Docker fails before that.
 */
export async function startDify(
  dify: DifyInDrill,
  { folder, keys }: RestoredFiles,
  options: StartOptions,
): Promise<readonly ApplyFailure[]> {
  const { engine, project, document } = dify;
  const { signal } = options;
  await engine.composeDraft(project, document, ['create', '--no-build'], { signal, timeoutMs: PULL_MS });
  const objects = join(folder, 'objects');
  await rm(join(objects, OWNER_FLAG), { force: true });
  await writeKeys(objects, keys);
  const { storage, pluginStorage } = COMPOSE_ADDRESSES.paths;
  await copyInto(dify, INIT_PERMISSIONS, objects, storage, signal);
  await copyInto(dify, SERVICE_OF.pluginDaemon, join(folder, 'plugin-storage'), pluginStorage, signal);
  try {
    const args = ['up', '--detach', '--no-build', '--wait', '--wait-timeout', String(DIFY_START_SECONDS)];
    await engine.composeDraft(project, document, args, { signal, timeoutMs: DIFY_START_SECONDS * 1_000 + 10_000 });
    return [];
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return failuresOf(dify, error, options);
  }
}

async function writeKeys(objects: string, keys: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(keys)) {
    const file = resolve(objects, path);
    if (!file.startsWith(objects + sep)) throw new Error(`the key file ${path} is outside of ${objects}`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
  }
}

/** Copies a folder through a container that is created and does not run. A service that is off gets nothing. */
async function copyInto(
  { engine, project }: DifyInDrill,
  service: string,
  folder: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const filter = [...projectFilter(project.name), '--filter', `label=com.docker.compose.service=${service}`];
  const [id] = outputLines(await engine.run(['ps', '-aq', ...filter], { signal }));
  if (id === undefined) return;
  await engine.run(['cp', `${folder}/.`, `${id}:${path}`], { signal, timeoutMs: COPY_MS });
}

async function failuresOf(
  { engine, project, rendered }: DifyInDrill,
  error: ExternalError,
  { redact, signal }: StartOptions,
): Promise<readonly ApplyFailure[]> {
  const connection = { docker: engine, project, redact, now: Date.now };
  const planned = plannedServices(rendered.project);
  const found = await diagnose(connection, viewServices(planned, await readContainers(connection, signal)), signal);
  if (found.length > 0) return found;
  return [{ workload: project.name, reason: error.stderr.at(-1) ?? error.message, logs: [], events: [] }];
}
