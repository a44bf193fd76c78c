import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { poll } from '../../../src/rehearsal/plane/poll.ts';
import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { logTail } from '../../../src/rehearsal/processes/daemon.ts';

/** Address of a service of the tests. */
export interface ServiceOptions {
  /**
   * Address to listen on and to connect to. Default: 127.0.0.1. A Docker host's `gateway` is also reachable from
   * containers.
   */
  readonly bind?: string;
  /** Default: a free port. */
  readonly port?: number;
}

/** A running server program with its own folder. */
export interface Service {
  readonly host: string;
  readonly port: number;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** A server program that this process started. It is killed when this process exits for any reason. */
export interface ServiceProcess {
  /** Waits until `probe` returns something. Throws Error with the end of the log if the program exits before that. */
  ready<T>(probe: () => Promise<T | undefined>): Promise<T>;
  /** Sends a signal and waits for the exit. Kills the program after 20 s. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

export interface ProcessSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The signal that stops it. Default: SIGTERM. */
  readonly signal?: NodeJS.Signals;
  /** True if it listens on a port below 1024. */
  readonly lowPort?: true;
}

/** The user of servers that refuse to run as root. It owns no files. */
const NOBODY = 65534;
const READY_MS = 180_000;
const END_MS = 20_000;

const isRoot = (): boolean => process.getuid?.() === 0;

/** Creates a folder for one service. The service's user owns it. */
export async function serviceFolder(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `difyctl-${name}-`));
  if (isRoot()) await chown(folder, NOBODY, NOBODY);
  return folder;
}

/** Writes a file that only the service's user may read. */
export async function privateFile(folder: string, name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content, { mode: 0o600 });
  if (isRoot()) await chown(file, NOBODY, NOBODY);
  return file;
}

/** The requested port, or a free one. */
export async function servicePort(options: ServiceOptions): Promise<number> {
  if (options.port !== undefined) return options.port;
  return (await freePorts(1, new Set()))[0] ?? 0;
}

/**
 * The command line that runs a program as an unprivileged user. The user may still read every file, because root's
 * cache folder is closed to others. `ending` is the signal that the program gets when this process exits.
 */
export function unprivileged(
  file: string,
  args: readonly string[],
  ending?: NodeJS.Signals,
  lowPort = false,
): [string, string[]] {
  const last = ending === undefined ? [] : ['--pdeathsig', ending.replace('SIG', '')];
  const rights = lowPort ? '+dac_read_search,+net_bind_service' : '+dac_read_search';
  // Without the secure bit, access(2) ignores the capability, and PostgreSQL calls it before it starts.
  const reading = [`--inh-caps=${rights}`, `--ambient-caps=${rights}`, '--securebits=+no_setuid_fixup'];
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...reading];
  return ['setpriv', [...last, ...(isRoot() ? user : []), '--', file, ...args]];
}

/** Starts a server program as an unprivileged user. */
export async function startProcess(spec: ProcessSpec): Promise<ServiceProcess> {
  const logFile = path.join(spec.folder, `${spec.name}.log`);
  const log = await open(logFile, 'a');
  const signal = spec.signal ?? 'SIGTERM';
  const [file, args] = unprivileged(spec.file, spec.args, signal, spec.lowPort);
  const env = { PATH: process.env.PATH, HOME: spec.folder, ...spec.env };
  const child = spawn(file, args, { cwd: spec.folder, env, stdio: ['ignore', log.fd, log.fd] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await once(child, 'spawn').finally(() => log.close());
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const explain = async (): Promise<string[]> => [`the end of ${spec.name}'s log:`, ...(await logTail(logFile, 12))];
  return {
    async ready(probe) {
      const probeWhileRunning = async () => {
        if (!isRunning()) return { ended: true } as const;
        const found = await probe();
        return found === undefined ? undefined : ({ ended: false, found } as const);
      };
      const outcome = await poll(`${spec.name} is ready`, probeWhileRunning, { timeoutMs: READY_MS, explain });
      if (!outcome.ended) return outcome.found;
      throw new Error([`${spec.name} ended early`, ...(await explain())].join('\n  '));
    },
    async end(asked = signal) {
      if (!isRunning()) return;
      child.kill(asked);
      const killer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** Removes a service's folder. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
