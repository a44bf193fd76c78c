import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import * as z from 'zod';

import { UserError } from '../../../src/base/errors.ts';
import { isSameProcess, processIdentity } from '../processes/identity.ts';
import { cacheRoot } from '../provision/cache.ts';
import { withLock } from '../provision/lock.ts';
import { freePorts } from './ports.ts';

const portNames = ['etcd', 'etcdPeer', 'apiserver', 'controllerManager', 'scheduler', 'kwok'] as const;

const stateSchema = z.object({
  name: z.string(),
  createdAt: z.string(),
  /** The process that takes the testbed down at its end; absent where that is for the user to say. */
  owner: z.string().optional(),
  phase: z.enum(['starting', 'up']),
  ports: z.record(z.enum(portNames), z.number()),
  daemons: z.array(z.object({ name: z.string(), identity: z.string() })),
  /** Simulated nodes made so far; the next one's index. */
  nodes: z.number(),
  zones: z.number(),
  /** The number that the real node's addresses and names derive from; absent without a real node. */
  realNode: z.number().optional(),
});

/** What is known of a testbed, enough for another process to take it down. */
export type ClusterState = z.infer<typeof stateSchema>;

const runFolder = (): string => path.join(cacheRoot(), 'run');
/** The folder that holds all that a testbed writes. */
export const clusterFolder = (name: string): string => path.join(runFolder(), name);
const stateFile = (name: string): string => path.join(clusterFolder(name), 'state.json');

export interface Claim {
  readonly name: string;
  readonly zones: number;
  readonly realNode: boolean;
  /** Whether the testbed belongs to this process. */
  readonly owned: boolean;
}

/**
 * Claims a name, ports and, for a real node, a number that no other testbed of this user has.
 *
 * @throws UserError where a testbed of that name exists.
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
      // A folder without a readable state is what is left of an `up` killed in its first moment.
      await rm(clusterFolder(claim.name), { recursive: true, force: true });
      await mkdir(path.join(clusterFolder(claim.name), 'logs'), { recursive: true, mode: 0o700 });
      const ports = await freePorts(portNames.length, new Set(others.flatMap((other) => Object.values(other.ports))));
      const state: ClusterState = {
        name: claim.name,
        createdAt: new Date().toISOString(),
        ...(claim.owned ? { owner: await processIdentity(process.pid) } : {}),
        phase: 'starting',
        ports: Object.fromEntries(portNames.map((name, index) => [name, ports[index]])) as ClusterState['ports'],
        daemons: [],
        nodes: 0,
        zones: claim.zones,
        ...(claim.realNode ? { realNode: await freeNodeNumber(others) } : {}),
      };
      await saveState(state);
      return state;
    },
  );
}

/** The network interface that leads to the real node of this number; a name may have 15 characters. */
export const nodeInterface = (number: number): string => `difytb${number}`;

async function freeNodeNumber(others: readonly ClusterState[]): Promise<number> {
  // Another user's testbeds are not in our list, but their interfaces are seen.
  const interfaces = await readdir('/sys/class/net').catch((): string[] => []);
  const isFree = (number: number): boolean =>
    !others.some((other) => other.realNode === number) && !interfaces.includes(nodeInterface(number));
  const number = Array.from({ length: 200 }, (_, candidate) => candidate).find(isFree);
  if (number === undefined) throw new UserError('there are 200 testbeds with a real node already');
  return number;
}

/** Writes the state at once or not at all. */
export async function saveState(state: ClusterState): Promise<void> {
  const file = stateFile(state.name);
  await writeFile(`${file}.partial`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.partial`, file);
}

/** The testbeds of this user, by name. */
export async function listClusters(): Promise<ClusterState[]> {
  const names = (await readdir(runFolder(), { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const states = await Promise.all(names.map(readState));
  return states.filter((state) => state !== undefined);
}

/** The state of one testbed, if there is one. */
export async function readState(name: string): Promise<ClusterState | undefined> {
  const text = await readFile(stateFile(name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return stateSchema.parse(JSON.parse(text));
}

/** Whether the testbed's owner died without taking it down. */
export async function isAbandoned(state: ClusterState): Promise<boolean> {
  return state.owner !== undefined && !(await isSameProcess(state.owner));
}
