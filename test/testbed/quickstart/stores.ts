import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { execa } from 'execa';

import { poll } from '../../../src/rehearsal/plane/poll.ts';
import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { startListener } from '../services/listener.ts';
import { onPath } from './on-path.ts';

/** One external data service that the deployment names. */
export interface Store {
  readonly host: string;
  readonly port: number;
  /** A real server with its name, or a listener that only accepts connections. */
  readonly kind: { readonly server: string } | 'listener';
  readonly password: string;
  readonly stop: () => Promise<void>;
}

const HOST = '127.0.0.1';
/** The user of servers that refuse to run as root. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const secret = (): string => randomBytes(18).toString('base64url');

/** Starts this machine's PostgreSQL with the deployment's databases, or a listener if there is no PostgreSQL. */
export async function postgresStore(databases: readonly string[]): Promise<Store> {
  const [initdb, postgres] = await Promise.all([onPath('initdb'), onPath('postgres')]);
  if (initdb === undefined || postgres === undefined) return await listener();
  return await serverOrListener('PostgreSQL', async (folder) => {
    const data = path.join(folder, 'data');
    const password = secret();
    const passwordFile = await ownFile(folder, 'password', password);
    await run(initdb, ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-N'], folder);
    const role = `CREATE ROLE dify LOGIN PASSWORD '${password}'\n`;
    const statements = databases.map((name) => `CREATE DATABASE ${name} OWNER dify\n`);
    await run(postgres, ['--single', '-D', data, 'postgres'], folder, [role, ...statements].join(''));
    const archive = path.join(folder, 'archive');
    await mkdir(archive);
    if (isRoot) await chown(archive, NOBODY, NOBODY);
    const [port = 0] = await freePorts(1, new Set());
    const settings = [
      `listen_addresses=${HOST}`,
      `unix_socket_directories=${folder}`,
      'max_connections=800',
      'archive_mode=on',
      `archive_command=cp %p ${archive}/%f`,
    ].flatMap((setting) => ['-c', setting]);
    // SIGINT: the fast shutdown.
    const stop = await serve(postgres, ['-D', data, '-p', `${port}`, ...settings], folder, port, 'SIGINT');
    const { stdout } = await execa(postgres, ['--version'], { stdin: 'ignore' });
    return { host: HOST, port, kind: { server: `PostgreSQL ${/[\d.]+/.exec(stdout)?.[0] ?? ''}` }, password, stop };
  });
}

/** Starts this machine's Redis, or a listener if there is no Redis. */
export async function redisStore(): Promise<Store> {
  const redis = await onPath('redis-server');
  if (redis === undefined) return await listener();
  return await serverOrListener('Redis', async (folder) => {
    const password = secret();
    const [port = 0] = await freePorts(1, new Set());
    const lines = [`bind ${HOST}`, `port ${port}`, `requirepass ${password}`, `dir ${folder}`, 'appendonly yes', ''];
    const config = await ownFile(folder, 'redis.conf', lines.join('\n'));
    const stop = await serve(redis, [config], folder, port, 'SIGTERM');
    const { stdout } = await execa(redis, ['--version'], { stdin: 'ignore' });
    return { host: HOST, port, kind: { server: `Redis ${/v=(\S+)/.exec(stdout)?.[1] ?? ''}` }, password, stop };
  });
}

/** If a server does not start, reports that and starts a listener instead. */
async function serverOrListener(name: string, start: (folder: string) => Promise<Store>): Promise<Store> {
  const folder = await mkdtemp(path.join(tmpdir(), 'difyctl-quickstart-store-'));
  if (isRoot) await chown(folder, NOBODY, NOBODY);
  try {
    const store = await start(folder);
    const stop = async (): Promise<void> => {
      await store.stop();
      await rm(folder, { recursive: true, force: true });
    };
    return { ...store, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const lines = (error as Error).message.split('\n').filter((line) => line.trim() !== '');
    process.stderr.write(`   ${name} is on this machine and does not start: ${lines.at(-1)}\n`);
    return await listener();
  }
}

/** A port that accepts connections and sends nothing. */
export async function listener(): Promise<Store> {
  const { host, port, stop } = await startListener({ bind: HOST });
  return { host, port, kind: 'listener', password: secret(), stop };
}

/** A file that only the server's user may read. */
async function ownFile(folder: string, name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content, { mode: 0o600 });
  if (isRoot) await chown(file, NOBODY, NOBODY);
  return file;
}

/** The command as an unprivileged user. */
const demoted = (file: string, args: readonly string[]): readonly [string, readonly string[]] =>
  isRoot
    ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--', file, ...args]]
    : [file, args];

async function run(file: string, args: readonly string[], cwd: string, input = ''): Promise<void> {
  const [command, words] = demoted(file, args);
  await execa(command, words, { cwd, input });
}

async function serve(file: string, args: readonly string[], folder: string, port: number, ending: NodeJS.Signals) {
  const [command, words] = demoted(file, args);
  const child = execa(command, words, {
    cwd: folder,
    stdin: 'ignore',
    reject: false,
    killSignal: ending,
    detached: true,
  });
  const stop = async (): Promise<void> => {
    child.kill(ending);
    await child;
  };
  try {
    await poll(`${path.basename(file)} accepts connections`, () => accepts(port), { timeoutMs: 30_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

function accepts(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
