import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { ExternalError, Interrupted } from '../base/errors.ts';
import type { Redact } from '../base/redact.ts';
import { type ProgramGroup, watchGroup } from './program-group.ts';
import { BoundedBytes, ErrorLines } from './program-output.ts';
import type { Runner, RunOptions, RunResult } from './runner.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
/** MiB of standard output that are kept. More output needs `onStdout`. The manifest of the chart is 1 MiB. */
const MOST_MIB = 32;
/** Default grace period in ms between SIGTERM and SIGKILL, for programs that leave nothing half done. */
const KILL_AFTER_MS = 1_500;
const LAST_STDERR_LINES = 12;

/**
 * Shell script that ends the program, and what it started, as soon as standard input closes. The kernel closes it if
 * this process is killed. The program is an argument like the others, and the shell interprets nothing of it. The shell
 * leads the process group, so `-$$` is the whole group.
 */
const TIED = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & program=$!',
  '{ read -r _ <&3; trap "" TERM; kill -TERM -$$; sleep 1; kill -KILL -$$; } >/dev/null 2>&1 & watch=$!',
  'trap "kill $program" TERM',
  'wait $program; code=$?',
  'kill $watch 2>/dev/null',
  'exit $code',
].join('\n');

export interface RunnerSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables that secret references name. Child processes do not inherit them. */
  readonly hiddenNames: ReadonlySet<string>;
  /** Hidden variables that kubectl and helm still inherit (`target.passEnv`). */
  readonly passNames: ReadonlySet<string>;
  readonly redact: Redact;
}

/** Returns a Runner on execa: argument arrays, no shell, a time limit, and captured and redacted output of failures. */
export function createRunner(settings: RunnerSettings): Runner {
  return { run: (program, args, options = {}) => runProgram(settings, program, args, options) };
}

async function runProgram(
  settings: RunnerSettings,
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const { redact } = settings;
  if (options.signal?.aborted === true) throw new Interrupted(`${program} was interrupted`);
  const [file, words] =
    options.killWithParent === true ? ['sh', ['-c', TIED, 'sh', program, ...args]] : [program, args];
  const child = execa(file, words, {
    env: { ...inheritedEnvironment(settings, program), ...options.env },
    extendEnv: false,
    reject: false,
    // Otherwise execa keeps all output, and escapes it for the text of an error that is not used.
    buffer: false,
    // A session of its own: a time limit ends all of it, and a Ctrl-C or a closed terminal reaches it only once,
    // through this process.
    detached: true,
    stdin: options.input === undefined && options.killWithParent !== true ? 'ignore' : 'pipe',
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const { timeoutMs = DEFAULT_TIMEOUT_MS, graceMs = KILL_AFTER_MS, signal } = options;
  const group = watchGroup(child, { timeoutMs, graceMs, signal });
  const [printed, errors] = [new BoundedBytes(MOST_MIB * 2 ** 20), new ErrorLines()];
  const keep = (chunk: Buffer): void => {
    if (!printed.push(chunk)) throw tooMuch(redact, program, args);
  };
  try {
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const heard = Promise.all([
      forwardOutput(child, options.onStdout ?? keep, group),
      sayLines(child, errors, (line) => options.onStderr?.(redact(line)), group),
      child,
    ]);
    const result = await Promise.race([heard.then(([, , ended]) => ended), group.stuck.then(() => STUCK)]);
    if (group.endedBy() === 'caller') throw new Interrupted(`${program} was interrupted`);
    const { exitCode } = result;
    const stderr = errors.text();
    if (group.endedBy() === undefined && exitCode !== undefined && (options.okCodes ?? [0]).includes(exitCode)) {
      return { exitCode, stdout: printed.text(), stderr };
    }
    throw programFault(redact, program, args, { ...result, stderr, timedOut: group.endedBy() === 'limit' });
  } finally {
    group.settle();
  }
}

/** The result of a program that still exists after SIGKILL. */
const STUCK = { exitCode: undefined };

/** A child process whose output is read as it arrives. Its streams are null if the program could not be started. */
interface OutputHandlers extends PromiseLike<unknown> {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

async function forwardOutput(child: OutputHandlers, hear: (chunk: Buffer) => void, group: ProgramGroup): Promise<void> {
  try {
    for await (const chunk of child.stdout ?? []) hear(chunk);
  } catch (error) {
    if (group.endedBy() !== undefined || isLetGo(error)) return;
    group.end();
    await child;
    throw error;
  }
}

async function sayLines(
  child: OutputHandlers,
  lines: ErrorLines,
  say: (line: string) => void,
  group: ProgramGroup,
): Promise<void> {
  const sayOne = (line: string) => say(line.replace(/\r$/, ''));
  try {
    for await (const chunk of child.stderr ?? []) lines.push(chunk).forEach(sayOne);
  } catch (error) {
    if (group.endedBy() === undefined && !isLetGo(error)) throw error;
  }
  if (lines.last() !== '') sayOne(lines.last());
}

/** Returns true if this process closed the pipe because the program has ended. */
function isLetGo(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function inheritedEnvironment(settings: RunnerSettings, program: string): Record<string, string> {
  const name = program.split('/').at(-1) ?? program;
  const mayPass = name === 'kubectl' || name === 'helm';
  const inherited: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings.env)) {
    // Overrides of the file: one may hold a literal secret by mistake, and no program needs any of them.
    if (value === undefined || key.startsWith('DIFYCTL_')) continue;
    if (settings.hiddenNames.has(key) && !(mayPass && settings.passNames.has(key))) continue;
    inherited[key] = value;
  }
  return inherited;
}

interface FailedRun {
  readonly exitCode?: number | undefined;
  readonly timedOut: boolean;
  readonly code?: string | undefined;
  readonly stderr: string;
  readonly signal?: string | undefined;
}

function tooMuch(redact: Redact, program: string, args: readonly string[]): ExternalError {
  return new ExternalError(`${program} printed more than ${MOST_MIB} MiB, more than difyctl reads, and was stopped`, {
    command: redact([program, ...args].join(' ')),
    next: [`run it by hand, and check which ${program} is first on PATH: which -a ${program}`],
  });
}

function programFault(redact: Redact, program: string, args: readonly string[], result: FailedRun): ExternalError {
  const command = redact([program, ...args].join(' '));
  const stderr = redact(result.stderr)
    .split('\n')
    .filter((text) => text.trim() !== '')
    .slice(-LAST_STDERR_LINES);
  if (result.code === 'ENOENT') {
    return new ExternalError(`${program} was not found on PATH`, {
      command,
      next: [`install ${program}, or put it on PATH`],
    });
  }
  const how = result.timedOut
    ? 'did not end in time'
    : result.exitCode === undefined
      ? `was stopped by ${result.signal ?? 'a signal'}`
      : `ended with exit code ${result.exitCode}`;
  return new ExternalError(`${program} ${how}`, { command, stderr, timedOut: result.timedOut });
}
