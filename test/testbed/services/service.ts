import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { poll } from '../cluster/poll.ts';
import { freePorts } from '../cluster/ports.ts';
import { logTail } from '../processes/daemon.ts';

/** Where a service of the tests listens. */
export interface ServiceOptions {
  /**
   * Address to listen on, which is also the one to reach it by. Default 127.0.0.1; a Docker host's `gateway` serves
   * containers as well.
   */
  readonly bind?: string;
  /** Default: one that is free. */
  readonly port?: number;
}

/** A running server program with a folder of its own. */
export interface Service {
  readonly host: string;
  readonly port: number;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A server program that this process started. It ends with this process, however that ends. */
export interface ServiceProcess {
  /** Waits for `probe` to give something; throws with the end of the log where the program ends before. */
  ready<T>(probe: () => Promise<T | undefined>): Promise<T>;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

export interface ProcessSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How it is asked to end. Default SIGTERM. */
  readonly signal?: NodeJS.Signals;
  /** It listens below port 1024. */
  readonly lowPort?: true;
}

/** Whom servers run as that refuse root: the user that owns nothing. */
const NOBODY = 65534;
const READY_MS = 180_000;
const END_MS = 20_000;

const isRoot = (): boolean => process.getuid?.() === 0;

/** A folder for one service, which its user owns. */
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

/** The ports asked for, or free ones. */
export async function servicePort(options: ServiceOptions): Promise<number> {
  if (options.port !== undefined) return options.port;
  return (await freePorts(1, new Set()))[0] ?? 0;
}

/**
 * A command as an unprivileged user who may read all the same, since root's cache folder is closed to others.
 * `ending`: the signal that it gets when this process is gone.
 */
export function unprivileged(
  file: string,
  args: readonly string[],
  ending?: NodeJS.Signals,
  lowPort = false,
): [string, string[]] {
  const last = ending === undefined ? [] : ['--pdeathsig', ending.replace('SIG', '')];
  const rights = lowPort ? '+dac_read_search,+net_bind_service' : '+dac_read_search';
  // Without the secure bit access(2) would not heed the capability, and PostgreSQL asks it before it starts itself.
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
