import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { writeFileAtomic } from '../../../src/base/files.ts';
import { cacheRoot } from '../provision/cache.ts';

/** What has to be known to end a Docker host, from whichever process. */
export interface DockerState {
  readonly name: string;
  /** `processIdentity` of dockerd; empty while it starts. */
  readonly daemon: string;
  /** `processIdentity` of the process that the host belongs to, or empty where it stays until it is taken down. */
  readonly owner: string;
  /** The bridge of the default network; its number also picks the host's addresses. */
  readonly bridge: string;
  /** Every network of this host lies in it, e.g. `10.65.0.0/16`. */
  readonly network: string;
}

/** A Docker engine of one's own, with a client and Compose that fit it. */
export interface DockerHost {
  readonly name: string;
  /** `DOCKER_HOST`. */
  readonly url: string;
  /** A folder with `docker`, to be put first on PATH. */
  readonly bin: string;
  /** Debian's client, whose `compose` is the one built for the testbed. */
  readonly docker: string;
  /** The machine's address as containers see it: servers of the machine that listen there can be reached. */
  readonly gateway: string;
  /** What a client needs: PATH, DOCKER_HOST, DOCKER_CONFIG. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it: containers, networks, mounts, bridges, processes and folders. */
  down(): Promise<void>;
}

/** Where things of one host lie. Sockets stand under /run, since a socket's path is limited to 107 bytes. */
export function hostPaths(name: string) {
  const run = path.join(RUN, name);
  return {
    run,
    data: path.join(cacheRoot(), 'docker', name),
    exec: path.join(run, 'exec'),
    socket: path.join(run, 'docker.sock'),
    pid: path.join(run, 'dockerd.pid'),
    log: path.join(run, 'dockerd.log'),
    bin: path.join(run, 'bin'),
    config: path.join(run, 'config'),
    state: path.join(run, 'state.json'),
    /** The parent of its containers' control groups, below each controller. */
    cgroup: `/difyctl-testbed-${name}`,
  };
}

const RUN = '/run/difyctl-testbed/docker';

/** Writes the state; from then on `down` finds the host. */
export async function saveState(state: DockerState): Promise<void> {
  await writeFileAtomic(hostPaths(state.name).state, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** The state of a host, or undefined where there is none of that name. */
export async function loadState(name: string): Promise<DockerState | undefined> {
  const text = await readFile(hostPaths(name).state, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as DockerState);
}

/** The names of the hosts on this machine, up or left by a run that was killed. */
export async function dockerHosts(): Promise<string[]> {
  return (await readdir(RUN).catch(() => [])).sort();
}
