import { readFile, rm } from 'node:fs/promises';
import * as z from 'zod';
import { tryBoundedJson } from '../../base/bounded-json.ts';
import { ExternalError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { isObject } from '../../base/json.ts';
import { STATE_MODES } from '../../base/state-folder.ts';
import { refuseNewer, storedHead } from '../../base/stored-document.ts';
import { SERVICE_OF } from '../../render/compose/names.ts';
import { composeStatePaths } from '../../state/compose/paths.ts';
import type { WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { type Container, readContainers } from './containers.ts';

/** Version of the document that names what was stopped. A reader refuses a higher one. */
const VERSION = 1;

const schema = z.looseObject({
  kind: z.literal('StoppedWriters'),
  version: z.int().positive(),
  /** Ids of the containers that ran. */
  containers: z.array(z.string().regex(/^[0-9a-f]{12,64}$/)),
});

const WRITERS: readonly string[] = [
  ...[SERVICE_OF.api, SERVICE_OF.worker, SERVICE_OF.beat, SERVICE_OF.apiWebsocket, SERVICE_OF.pluginDaemon],
];

/** True for a service of Dify that writes to the databases or to the files. Pools are named after the worker. */
function isWriter({ service }: Container): boolean {
  return WRITERS.includes(service) || service.startsWith(`${SERVICE_OF.worker}_`);
}

/** A paused container keeps its transactions open. */
function isUp({ state }: Container): boolean {
  return ['running', 'restarting', 'paused', 'removing'].includes(state);
}

/** Returns the services that write and run now, each once. Throws ExternalError. */
export async function runningWritersCompose(connection: Connection, signal: AbortSignal): Promise<readonly string[]> {
  const containers = await readContainers(connection, signal);
  return namesOf(containers.filter((one) => isWriter(one) && isUp(one)));
}

/**
 * Stops the containers that write, and returns the names of their services. What it stops is stored first, so that
 * another run can start it. Throws ExternalError if one still runs afterwards.
 */
export async function stopWritersCompose(
  connection: Connection,
  { signal, timeoutMs, onChild }: WorkOptions,
): Promise<readonly string[]> {
  const containers = await readContainers(connection, signal);
  const running = containers.filter((one) => isWriter(one) && isUp(one));
  if (running.length === 0) return [];
  const ids = running.map(({ id }) => id);
  // What an earlier run could not start again is still to be started.
  const known = new Set([...((await readStopped(pathOf(connection))) ?? []), ...ids]);
  const record = { ...storedHead('StoppedWriters', VERSION), containers: [...known] };
  await writeFileAtomic(pathOf(connection), `${JSON.stringify(record, null, 2)}\n`, STATE_MODES);
  await connection.docker.run(['stop', ...ids], { signal, timeoutMs, onStart: (pid) => onChild('docker', pid) });
  const left = await runningWritersCompose(connection, signal);
  if (left.length === 0) return namesOf(running);
  throw new ExternalError(`${left.join(', ')} still runs after docker stop`, {
    command: 'docker stop',
    next: [`docker compose -p ${connection.project.name} ps`],
  });
}

/**
 * Starts the containers that `stopWritersCompose` stopped, in this run or in one that was killed, and returns the names
 * of their services. Containers that no longer exist are left out. Throws ExternalError if one does not run afterwards.
 */
export async function startWritersCompose(
  connection: Connection,
  { signal, timeoutMs, onChild }: WorkOptions,
): Promise<readonly string[]> {
  const path = pathOf(connection);
  const stopped = await readStopped(path);
  if (stopped === undefined) return [];
  const known = (await readContainers(connection, signal)).filter(({ id }) => stopped.includes(id));
  const down = known.filter((one) => !isUp(one)).map(({ id }) => id);
  if (down.length > 0)
    await connection.docker.run(['start', ...down], { signal, timeoutMs, onStart: (pid) => onChild('docker', pid) });
  const left = (await readContainers(connection, signal)).filter((one) => down.includes(one.id) && !isUp(one));
  if (left.length > 0)
    throw new ExternalError(`${namesOf(left).join(', ')} does not run after docker start`, {
      command: 'docker start',
      next: [`docker compose -p ${connection.project.name} logs ${namesOf(left).join(' ')}`],
    });
  await rm(path, { force: true });
  return namesOf(known);
}

function pathOf({ project }: Connection): string {
  return composeStatePaths(project.directory).stopped;
}

/** Undefined if nothing is stopped. Throws UserError if a newer difyctl, or something else, wrote the document. */
async function readStopped(path: string): Promise<readonly string[] | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const document = tryBoundedJson(text);
  if (isObject(document)) refuseNewer(path, document, VERSION);
  const { data } = schema.safeParse(document);
  if (data !== undefined) return data.containers;
  throw new ExternalError(`${path} cannot be read: it is not a document of kind StoppedWriters`, {
    next: ['difyctl status shows what does not run; start it with docker compose start, and remove the file'],
  });
}

function namesOf(containers: readonly Container[]): readonly string[] {
  return [...new Set(containers.map(({ service }) => service))];
}
