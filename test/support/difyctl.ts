import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { builtProgram } from './built.ts';
import { until } from './recorder.ts';

export interface Outcome {
  /** Undefined if a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that can be watched and ended. */
export interface Running {
  readonly pid: number;
  /** Resolves when standard error contains the text. Rejects if the program ends first. */
  says(text: string): Promise<void>;
  /** Calls `ask` until it returns a value. Rejects if the program ends first. */
  until<T>(ask: () => Promise<T | undefined>): Promise<T>;
  kill(signal: NodeJS.Signals): void;
  /** Closes the reading ends of its standard output and error, as `head` does. */
  stopReading(): void;
  readonly outcome: Promise<Outcome>;
}

/** A folder with a difyctl.yaml, and the built program run in it. */
export interface TempWorkspace {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  run(...args: readonly string[]): Promise<Outcome>;
  start(...args: readonly string[]): Promise<Running>;
  /** Text of every file below the folder, by path. */
  files(): Promise<ReadonlyMap<string, string>>;
  remove(): Promise<void>;
}

/** `env` is the whole environment of the program, `node` the Node that runs it (default: this one). */
export async function createWorkspace(
  file: object,
  env: Readonly<Record<string, string>>,
  node: string = process.execPath,
): Promise<TempWorkspace> {
  const program = await builtProgram();
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-workplace-'));
  await writeFile(join(folder, 'difyctl.yaml'), stringify(file));
  const launch = (args: readonly string[]) => startProgram(node, [program, ...args], folder, env);
  return {
    folder,
    env,
    run: async (...args) => outcomeOf(launch(args)),
    start: async (...args) => watched(launch(args)),
    files: async () => {
      const names = await readdir(folder, { recursive: true, withFileTypes: true });
      const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

type Child = ReturnType<typeof startProgram>;

function startProgram(node: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  return execa(node, args, { cwd, env, extendEnv: false, reject: false, stdin: 'ignore' });
}

async function outcomeOf(child: Child): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await child;
  return { code: exitCode, stdout, stderr };
}

async function watched(child: Child): Promise<Running> {
  let said = '';
  const waiting = new Set<() => void>();
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    for (const look of waiting) look();
  });
  if (child.pid === undefined) throw new Error('difyctl did not start');
  const outcome = outcomeOf(child);
  let failure: Error | undefined;
  void outcome.then(({ code, stderr }) => {
    failure = new Error(`the program ended (exit ${code}) before what the test waits for:\n${stderr.slice(-2000)}`);
  });
  return {
    pid: child.pid,
    outcome,
    until: (ask) => until(ask, () => failure),
    kill: (signal) => void child.kill(signal),
    stopReading: () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!said.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void outcome.then(() => reject(new Error(`it ended and never said ${text}:\n${said}`)));
      }),
  };
}

/**
 * Processes that a difyctl of this scene started and that still run. Their environment has difyctl's mark and `scene`,
 * a text that only the runs of this scene have (the recorder's folder).
 */
export async function leftRunning(scene: string): Promise<readonly string[]> {
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    entries.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!environment.includes('INSIDE_DIFYCTL=') || !environment.includes(scene)) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return command === '' ? [] : [`${pid} ${command.replaceAll('\0', ' ')}`];
    }),
  );
  return found.flat();
}
