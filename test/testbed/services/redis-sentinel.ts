import { randomBytes } from 'node:crypto';

import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import type { DebianTree } from '../debian/tree.ts';
import { commandWith, redisTree, startRedisServer } from './redis.ts';
import { removeFolder, type ServiceOptions, type ServiceProcess, serviceFolder } from './service.ts';

export interface SentinelOptions extends Pick<ServiceOptions, 'bind'> {
  readonly master?: string;
  /** Password of the master and its replicas. Default: a random one. */
  readonly password?: string;
  /** Password of the sentinels. Default: a random one. */
  readonly sentinelPassword?: string;
  readonly replicas?: number;
  readonly sentinels?: number;
  readonly quorum?: number;
  /** Lines of redis.conf for master and replicas. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** A master with replicas, monitored by sentinels. */
export interface SentinelService {
  /** The sentinels' name of the master. */
  readonly master: string;
  readonly password: string;
  readonly sentinelPassword: string;
  readonly sentinels: readonly Address[];
  /** The first one is the master at the start. */
  readonly servers: readonly Address[];
  /** Runs a command on a server or sentinel. */
  command(at: Address, ...words: readonly string[]): Promise<string>;
  /** Kills a server, like a lost host. */
  kill(at: Address): Promise<void>;
  stop(): Promise<void>;
}

/** Time in ms without a response after which the sentinels consider a master down. */
const DOWN_AFTER_MS = 1000;

interface Parts {
  readonly tree: DebianTree;
  readonly folder: string;
  readonly host: string;
  readonly master: string;
  readonly quorum: number;
  readonly password: string;
  readonly sentinelPassword: string;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Starts one master, one replica and three sentinels, or the requested numbers. */
export async function startRedisSentinel(options: SentinelOptions = {}): Promise<SentinelService> {
  const replicas = options.replicas ?? 1;
  const count = options.sentinels ?? 3;
  const parts: Parts = {
    tree: await redisTree(),
    folder: await serviceFolder('sentinel'),
    host: options.bind ?? '127.0.0.1',
    master: options.master ?? 'mymaster',
    quorum: options.quorum ?? 2,
    password: options.password ?? randomBytes(12).toString('hex'),
    sentinelPassword: options.sentinelPassword ?? randomBytes(12).toString('hex'),
    settings: options.settings ?? {},
  };
  const ports = await freePorts(1 + replicas + count, new Set());
  const addresses = ports.map((port) => ({ host: parts.host, port }));
  const servers = addresses.slice(0, 1 + replicas);
  const sentinels = addresses.slice(1 + replicas);
  const running = new Map<number, ServiceProcess>();
  const command: SentinelService['command'] = ({ host, port }, ...words) => {
    const password = sentinels.some((one) => one.port === port) ? parts.sentinelPassword : parts.password;
    return commandWith(parts.tree, { host, port, password })(...words);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map((one) => one.end()));
    await removeFolder(parts.folder);
  };
  try {
    for (const { port } of servers) running.set(port, await startData(parts, port, ports[0] ?? 0));
    // A sentinel asks the master for its replicas at once and then every ten seconds, so they must be connected before.
    for (const at of servers.slice(1)) await running.get(at.port)?.ready(() => inStep(command(at, 'ROLE')));
    for (const { port } of sentinels) running.set(port, await startSentinel(parts, port, ports[0] ?? 0));
    for (const at of sentinels) {
      await running
        .get(at.port)
        ?.ready(() => knowsAll(command(at, 'SENTINEL', 'master', parts.master), replicas, count));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const { master, password, sentinelPassword } = parts;
  const kill = async ({ port }: Address): Promise<void> => running.get(port)?.end('SIGKILL');
  return { master, password, sentinelPassword, sentinels, servers, command, kill, stop };
}

function startData(parts: Parts, port: number, masterPort: number): Promise<ServiceProcess> {
  const { tree, folder, host, password } = parts;
  const follows = port === masterPort ? {} : { replicaof: `${host} ${masterPort}` };
  // They share a folder, so each has separate files.
  const files = { dbfilename: `${port}.rdb`, appenddirname: `${port}.aof` };
  const settings = { requirepass: password, masterauth: password, ...files, ...follows, ...parts.settings };
  return startRedisServer({ tree, folder, host, port, settings });
}

function startSentinel(parts: Parts, port: number, masterPort: number): Promise<ServiceProcess> {
  const { tree, folder, host, master, quorum } = parts;
  // Later lines refer to the master that the first one names, so the order matters.
  const settings = {
    requirepass: parts.sentinelPassword,
    'sentinel sentinel-pass': parts.sentinelPassword,
    'sentinel monitor': `${master} ${host} ${masterPort} ${quorum}`,
    'sentinel auth-pass': `${master} ${parts.password}`,
    'sentinel down-after-milliseconds': `${master} ${DOWN_AFTER_MS}`,
    'sentinel failover-timeout': `${master} 5000`,
  };
  return startRedisServer({ tree, folder, host, port, settings, sentinel: true });
}

/** True once a replica is connected to its master and in sync. */
async function inStep(answer: Promise<string>): Promise<true | undefined> {
  const lines = (await answer.catch(() => '')).split('\n');
  return lines[0] === 'slave' && lines[3] === 'connected' ? true : undefined;
}

/** True once a sentinel has found the master's replicas and the other sentinels. */
async function knowsAll(answer: Promise<string>, replicas: number, sentinels: number): Promise<true | undefined> {
  const lines = (await answer.catch(() => '')).split('\n');
  const field = (name: string): number => Number(lines[lines.indexOf(name) + 1]);
  return field('num-slaves') === replicas && field('num-other-sentinels') === sentinels - 1 ? true : undefined;
}
