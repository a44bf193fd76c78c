import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import { textAt } from '../../base/json-path.ts';
import { jsonLines } from '../../exec/answer.ts';
import { PORTS, SERVICE_OF } from '../../render/compose/names.ts';
import { ROLL_FOLDER } from '../../render/compose/nginx-config.ts';
import type { Connection } from './connection.ts';
import type { Container } from './containers.ts';

/** The port of each service that is replaced one container after the other. Both are stateless and behind nginx. */
export const ROLLED_PORTS: ReadonlyMap<string, number> = new Map([
  [SERVICE_OF.api, PORTS.api],
  [SERVICE_OF.web, PORTS.web],
]);

/**
 * Milliseconds from the reload of nginx to the end of a container: nginx's old workers stop reading requests as soon as
 * they get the signal of the reload.
 */
const DRAIN_MS = 5_000;

/** Writes both files of the folder and reloads nginx: `sh -c SCRIPT sh UPSTREAMS SERVERS`. */
const WRITE = [
  `mkdir -p ${ROLL_FOLDER}`,
  `printf '%s' "$1" >${ROLL_FOLDER}/upstreams.conf`,
  `printf '%s' "$2" >${ROLL_FOLDER}/servers.conf`,
  'nginx -t -q',
  'nginx -s reload',
].join(' && ');

const RESET = `if [ -d ${ROLL_FOLDER} ]; then rm -r ${ROLL_FOLDER} && nginx -s reload; fi`;

/**
 * Lets nginx send the requests of these services to these containers only, instead of all that the engine's DNS names.
 * Open requests end where they are. Throws ExternalError if nginx does not accept it.
 */
export async function pointTo(
  connection: Connection,
  containers: ReadonlyMap<string, readonly Container[]>,
  signal: AbortSignal,
): Promise<void> {
  const addresses = await addressesOf(connection, [...containers.values()].flat(), signal);
  const groups = [...containers].map(([service, own]) => {
    const servers = own.flatMap(({ id }) => {
      const address = addresses.get(id);
      return address === undefined ? [] : [`server ${address}:${ROLLED_PORTS.get(service)};`];
    });
    return { service, servers };
  });
  const named = groups.filter(({ servers }) => servers.length > 0);
  const upstreams = named.map(({ service, servers }) => `upstream rolled_${service} { ${servers.join(' ')} }\n`);
  const servers = named.map(({ service }) => `set $${service}_server http://rolled_${service};\n`);
  await inNginx(connection, ['sh', '-c', WRITE, 'sh', upstreams.join(''), servers.join('')], signal);
}

/** Waits until nginx sends no more new requests to a container that `pointTo` left out. */
export async function drained(signal: AbortSignal): Promise<void> {
  await sleep(DRAIN_MS, undefined, { signal }).catch(() => {
    throw new Interrupted();
  });
}

/** Lets nginx ask the engine's DNS again. Does nothing if nginx does not run: a new container asks it anyway. */
export async function resetFront(connection: Connection, signal: AbortSignal): Promise<void> {
  try {
    await inNginx(connection, ['sh', '-c', RESET], signal);
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
  }
}

function inNginx({ docker, project }: Connection, command: readonly string[], signal: AbortSignal): Promise<string> {
  return docker.composeLive(project, ['exec', '-T', SERVICE_OF.proxy, ...command], { signal });
}

/** Returns the address of each container in the network of nginx, by id. */
async function addressesOf(
  { docker, project }: Connection,
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const network = `${project.name}_default`;
  const format = `{"id":{{json .Id}},"ip":{{json (index .NetworkSettings.Networks "${network}").IPAddress}}}`;
  const told = await docker.run(['inspect', '--format', format, ...containers.map(({ id }) => id)], { signal });
  return new Map(jsonLines(told, 'docker inspect').map((one) => [textAt(one, 'id'), textAt(one, 'ip')]));
}
