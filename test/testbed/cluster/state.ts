import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import * as z from 'zod';

import { UserError } from '../../../src/base/errors.ts';
import { PORT_NAMES } from '../../../src/rehearsal/plane/control-plane.ts';
import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { isSameProcess } from '../../../src/rehearsal/processes/identity.ts';
import { withLock } from '../../../src/rehearsal/programs/lock.ts';
import { cacheRoot } from '../provision/cache.ts';

const stateSchema = z.object({
  name: z.string(),
  createdAt: z.string(),
  /** The process that takes the testbed down at its end. Undefined if the user does that. */
  owner: z.string().optional(),
  phase: z.enum(['starting', 'up']),
  ports: z.record(z.enum(PORT_NAMES), z.number()),
  daemons: z.array(z.object({ name: z.string(), identity: z.string() })),
  /** Number of simulated nodes created so far; the index of the next one. */
  nodes: z.number(),
  zones: z.number(),
  /** The number from which the real nodes' addresses and names are derived. Undefined without a real node. */
  realNode: z.number().optional(),
  /** How many real nodes there are. Default: 1 if `realNode` is set. */
  realNodes: z.number().optional(),
});

/** The state of a testbed. It is enough for another process to take it down. */
export type ClusterState = z.infer<typeof stateSchema>;

const runFolder = (): string => path.join(cacheRoot(), 'run');
/** The name of cluster and context in a testbed's kubeconfigs. */
export const contextName = (name: string): string => `testbed-${name}`;
/** The folder that contains everything that a testbed writes. */
export const clusterFolder = (name: string): string => path.join(runFolder(), name);
const stateFile = (name: string): string => path.join(clusterFolder(name), 'state.json');

export interface Claim {
  readonly name: string;
  readonly zones: number;
  /** How many nodes run real containers. */
  readonly realNodes: number;
  /** `processIdentity` of the process that takes the testbed down. Undefined if the user does that. */
  readonly owner: string | undefined;
}

/**
 * Claims a name, ports and, for real nodes, a number that no other testbed of this user has.
 *
 * @throws UserError if a testbed of that name exists
 */
export async function claimCluster(claim: Claim): Promise<ClusterState> {
  if (!/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(claim.name)) {
    throw new UserError(`${JSON.stringify(claim.name)} cannot name a testbed: up to 30 of a-z, 0-9 and hyphens`);
  }
  await mkdir(runFolder(), { recursive: true, mode: 0o700 });
  return await withLock(
    path.join(runFolder(), '.lock'),
    () => undefined,
    async () => {
      const others = await listClusters();
      if (others.some((other) => other.name === claim.name)) {
        throw new UserError(`a testbed named ${claim.name} exists already`, {
          next: [`npm run testbed -- down --name ${claim.name}`, 'or give another --name'],
        });
      }
      // A folder without a readable state remains if `up` was killed at its very start.
      await rm(clusterFolder(claim.name), { recursive: true, force: true });
      await mkdir(path.join(clusterFolder(claim.name), 'logs'), { recursive: true, mode: 0o700 });
      const ports = await freePorts(PORT_NAMES.length, new Set(others.flatMap((other) => Object.values(other.ports))));
      const state: ClusterState = {
        name: claim.name,
        createdAt: new Date().toISOString(),
        ...(claim.owner === undefined ? {} : { owner: claim.owner }),
        phase: 'starting',
        ports: Object.fromEntries(PORT_NAMES.map((name, index) => [name, ports[index]])) as ClusterState['ports'],
        daemons: [],
        nodes: 0,
        zones: claim.zones,
        ...(claim.realNodes > 0 ? { realNode: await freeNodeNumber(others), realNodes: claim.realNodes } : {}),
      };
      await saveState(state);
      return state;
    },
  );
}

/** The network interface of the link to a real node of the testbed of this number. Names have at most 15 characters. */
export const nodeInterface = (number: number, index: number): string =>
  index === 1 ? `difytb${number}` : `difytb${number}-${index}`;

async function freeNodeNumber(others: readonly ClusterState[]): Promise<number> {
  // Testbeds of other users are not in this list, but their interfaces are visible.
  const interfaces = await readdir('/sys/class/net').catch((): string[] => []);
  const isFree = (number: number): boolean =>
    !others.some((other) => other.realNode === number) &&
    ![1, 2].some((index) => interfaces.includes(nodeInterface(number, index)));
  const number = Array.from({ length: 200 }, (_, candidate) => candidate).find(isFree);
  if (number === undefined) throw new UserError('there are 200 testbeds with a real node already');
  return number;
}

/** Writes the state atomically. */
export async function saveState(state: ClusterState): Promise<void> {
  const file = stateFile(state.name);
  await writeFile(`${file}.partial`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.partial`, file);
}

/** The testbeds of this user, sorted by name. */
export async function listClusters(): Promise<ClusterState[]> {
  const names = (await readdir(runFolder(), { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const states = await Promise.all(names.map(readState));
  return states.filter((state) => state !== undefined);
}

/** The state of one testbed. Undefined if it does not exist. */
export async function readState(name: string): Promise<ClusterState | undefined> {
  const text = await readFile(stateFile(name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return stateSchema.parse(JSON.parse(text));
}

/** True if the testbed's owner ended without taking it down. */
export async function isAbandoned(state: ClusterState): Promise<boolean> {
  return state.owner !== undefined && !(await isSameProcess(state.owner));
}
