import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { execa } from 'execa';
import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { DEBIAN_SETS } from '../debian/sets.ts';
import { type DebianTree, debianTree } from '../debian/tree.ts';
import {
  privateFile,
  removeFolder,
  type Service,
  type ServiceOptions,
  type ServiceProcess,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';
import { type Certificate, makeCertificate } from './tls.ts';

export interface RedisOptions extends ServiceOptions {
  /** Default: a random one. */
  readonly password?: string;
  /** Serve TLS only. */
  readonly tls?: boolean;
  /** Lines of redis.conf. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A real Redis 7.0. */
export interface RedisService extends Service {
  readonly password: string;
  /** The CA file of the authority that signed its certificate. */
  readonly caFile?: string;
  readonly certificate?: Certificate;
  /** Runs one command with redis-cli and returns its output. */
  command(...words: readonly string[]): Promise<string>;
}

/** Debian's Redis, run from its unpacked packages. */
export function redisTree(): Promise<DebianTree> {
  return debianTree(DEBIAN_SETS.redis);
}

/** Starts a Redis server. @throws Unavailable if Debian's packages cannot be downloaded */
export async function startRedis(options: RedisOptions = {}): Promise<RedisService> {
  const tree = await redisTree();
  const folder = await serviceFolder('redis');
  const host = options.bind ?? '127.0.0.1';
  const port = await servicePort(options);
  const password = options.password ?? randomBytes(12).toString('hex');
  const certificate =
    options.tls === true ? await makeCertificate(folder, [host, 'localhost'], { days: 365 }) : undefined;
  const tls = certificate && {
    port: 0,
    'tls-port': port,
    'tls-cert-file': certificate.certFile,
    'tls-key-file': certificate.keyFile,
    'tls-auth-clients': 'no',
  };
  // The default cluster port is the port plus 10000, which another server may use.
  const isCluster = options.settings?.['cluster-enabled'] === 'yes';
  const bus = isCluster ? { 'cluster-port': (await freePorts(1, new Set([port])))[0] ?? 0 } : {};
  const settings = { requirepass: password, masterauth: password, ...tls, ...bus, ...options.settings };
  try {
    const server = await startRedisServer({ tree, folder, host, port, settings });
    const login = { host, port, password, ...(certificate && { caFile: certificate.caFile }) };
    const command = commandWith(tree, login);
    await server.ready(() => answered(command('PING')));
    return {
      ...login,
      ...(certificate && { certificate }),
      command,
      stop: async () => {
        await server.end();
        await removeFolder(folder);
      },
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** True if the answer is PONG; undefined for any other, so that the probe is repeated. */
async function answered(answer: Promise<string>): Promise<true | undefined> {
  return (await answer.catch(() => '')) === 'PONG' ? true : undefined;
}

export interface RedisServer {
  readonly tree: DebianTree;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string | number>>;
  /** True if it is a sentinel. */
  readonly sentinel?: boolean;
}

/** Starts redis-server, or a sentinel, with these settings. */
export async function startRedisServer(server: RedisServer): Promise<ServiceProcess> {
  const { tree, folder, host, port, settings } = server;
  const name = `${server.sentinel === true ? 'sentinel' : 'redis'}-${port}`;
  const all = { bind: host, port, dir: folder, 'protected-mode': 'no', ...settings };
  const lines = Object.entries(all).map(([key, value]) => `${key} ${value}\n`);
  const configuration = await privateFile(folder, `${name}.conf`, lines.join(''));
  // redis-server selects its role by its name or by this option. In the packages all names are links to this file.
  const role = server.sentinel === true ? ['--sentinel'] : [];
  const file = path.join(tree.root, 'usr/bin/redis-server');
  return startProcess({ name, file, args: [configuration, ...role], folder, env: tree.env });
}

interface RedisLogin {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly caFile?: string;
}

/** Returns a function that runs a command with redis-cli. */
export function commandWith(tree: DebianTree, login: RedisLogin): RedisService['command'] {
  return async (...words) => {
    // Some tests use certificates that must not be trusted. The tool that sets them up accepts any.
    const secured = login.caFile === undefined ? [] : ['--tls', '--insecure'];
    const server = ['-h', login.host, '-p', String(login.port), ...secured];
    const result = await execa(path.join(tree.root, 'usr/bin/redis-cli'), [...server, ...words], {
      env: { ...tree.env, REDISCLI_AUTH: login.password },
      stdin: 'ignore',
    });
    return result.stdout;
  };
}
