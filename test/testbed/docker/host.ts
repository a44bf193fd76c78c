import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { writeFileAtomic } from '../../../src/base/files.ts';
import { cacheRoot } from '../provision/cache.ts';

/** The state that any process needs to end a Docker host. */
export interface DockerState {
  readonly name: string;
  /** `processIdentity` of dockerd; empty while it starts. */
  readonly daemon: string;
  /** `processIdentity` of the host's owner. Empty if the host remains until a user takes it down. */
  readonly owner: string;
  /** The bridge of the default network. The host's addresses are derived from its number. */
  readonly bridge: string;
  /** The range that contains every network of this host, e.g. `10.65.0.0/16`. */
  readonly network: string;
}

/** A separate Docker engine, with a matching client and Compose. */
export interface DockerHost {
  readonly name: string;
  /** `DOCKER_HOST`. */
  readonly url: string;
  /** A folder with `docker`. It must be first on PATH. */
  readonly bin: string;
  /** Debian's client, whose `compose` is the one built for the testbed. */
  readonly docker: string;
  /** The machine's address from the view of containers: they reach servers of this machine that listen on it. */
  readonly gateway: string;
  /** Variables of a client: PATH, DOCKER_HOST, DOCKER_CONFIG. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it: containers, networks, mounts, bridges, processes and folders. */
  down(): Promise<void>;
}

/** Paths of one host. Sockets are below /run, because a socket's path is limited to 107 bytes. */
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

/** Writes the state. From then on, `down` finds the host. */
export async function saveState(state: DockerState): Promise<void> {
  await writeFileAtomic(hostPaths(state.name).state, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** The state of a host. Undefined if it does not exist. */
export async function loadState(name: string): Promise<DockerState | undefined> {
  const text = await readFile(hostPaths(name).state, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as DockerState);
}

/** The names of the hosts on this machine, including those that a killed run left. */
export async function dockerHosts(): Promise<string[]> {
  return (await readdir(RUN).catch(() => [])).sort();
}
