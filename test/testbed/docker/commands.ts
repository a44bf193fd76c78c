import { isSameProcess } from '../../../src/rehearsal/processes/identity.ts';
import { componentImages, imageName, SERVICE_IMAGES } from '../../../src/render/images.ts';
import { buildImages } from '../images/build.ts';
import { elapsed, type OnProgress } from '../provision/progress.ts';
import { downDocker } from './down.ts';
import { dockerHosts, loadState } from './host.ts';
import { hostOf } from './host-of.ts';
import { upDocker } from './up.ts';

/** The Dify release whose images a Docker host of the command line gets. */
const DIFY = '1.16.1';

/** Every image that a Compose installation of this Dify release can use. */
export function composeImages(version: string = DIFY): string[] {
  const images = [...Object.values(componentImages(version)), ...Object.values(SERVICE_IMAGES)];
  return [...new Set(images.map((image) => imageName(image, undefined)))];
}

/**
 * Starts a Docker host that remains after this process, with the images of Dify. Returns lines that explain how to use
 * it.
 */
export async function upDockerHost(name: string, onProgress: OnProgress): Promise<string[]> {
  const began = Date.now();
  const host = await upDocker({ name, owner: 'user', onProgress });
  await buildImages(host, composeImages(), { onProgress });
  return [
    `Docker host ${name} is up (${elapsed(Date.now() - began)}), with the images of Dify ${DIFY}`,
    `  export DOCKER_HOST=${host.env.DOCKER_HOST} DOCKER_CONFIG=${host.env.DOCKER_CONFIG} PATH=${host.bin}:$PATH`,
    `  servers of this machine that listen on ${host.gateway} can be reached from its containers`,
    `  npm run testbed -- down --name ${name}`,
  ];
}

/** Takes down the Docker hosts of these names. Returns one line for each that existed. */
export async function downDockerHosts(names: readonly string[]): Promise<string[]> {
  const present = (await dockerHosts()).filter((name) => names.includes(name));
  for (const name of present) await downDocker(name);
  return present.map((name) => `Docker host ${name} is down`);
}

/** A few lines about each Docker host. */
export async function dockerHostLines(): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await dockerHosts()) {
    const state = await loadState(name);
    if (state === undefined) continue;
    const owner = state.owner === '' ? '' : `, owned by process ${state.owner.split(' ')[0]}`;
    const phase = (await isSameProcess(state.daemon)) ? 'up' : 'its daemon has ended';
    lines.push(`Docker host ${name}: ${phase}${owner}`, `  export DOCKER_HOST=${hostOf(state).env.DOCKER_HOST}`);
  }
  return lines;
}
