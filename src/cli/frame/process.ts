import { closeSync } from 'node:fs';
import process from 'node:process';
import { isatty } from 'node:tty';
import { Interrupted, Uncaught } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { endPrograms, isProgramRunning } from '../../exec/program-group.ts';
import { reportLostResult } from './lost-result.ts';
import { type WatchedOutput, watchOutput } from './outputs.ts';
import { runCommandLine } from './program.ts';

/** The signals that interrupt a run: Ctrl-C, `kill`, and a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * An interrupted run that waits only for threads, and for no program, is abandoned after this time: it has nothing to
 * clean up.
 */
const STUCK_MS = 1_000;
const LOOK_MS = 100;
/** How long an interrupted run waits for a slow reader, and for threads that still open a file or resolve a name. */
const LEAVE_MS = 300;
/** One Ctrl-C may arrive twice: from the terminal, and from npm, which forwards it. */
const ECHO_MS = 100;
/**
 * Node's names for work of its thread pool. `process.exit` waits for that work: forever for a FIFO without a writer,
 * about 30 s for a name server that does not answer.
 */
const THREAD_WORK = /^(FSReq|GetAddrInfo|GetNameInfo)/;

/** Runs the command line with the streams, signals and exit code of this process. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  const result = watchOutput(stdout);
  const outputs = [result, watchOutput(stderr)];
  const signal = interruption();
  const code = await runCommandLine(argv, {
    streams: { stdin, stdout, stderr },
    env,
    cwd: process.cwd(),
    now: () => new Date(),
    signal,
    stuck: stuck(signal),
  });
  await drained(outputs, signal);
  const last = reportLostResult(result, signal.reason instanceof Uncaught ? EXIT.bug : code);
  await drained(outputs, signal);
  await leave(last, signal);
}

/**
 * Returns a signal that the first SIGINT, SIGTERM or SIGHUP aborts, so that children are ended and the run can report
 * the state it leaves. A second SIGINT or SIGTERM ends the process at once; a second SIGHUP does not, because a closed
 * terminal sends several. An error of stdin is an interruption too.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  let since = 0;
  const hear = (name: (typeof SIGNALS)[number]): void => {
    if (!controller.signal.aborted) {
      since = performance.now();
      controller.abort(new Interrupted(`interrupted by ${name}`));
    } else if (name !== 'SIGHUP' && performance.now() - since > ECHO_MS) endNow();
  };
  for (const name of SIGNALS) process.on(name, () => hear(name));
  // Without this handler Node would end the process here and print its source on stderr, and the run's lock would stay
  // held.
  process.on('uncaughtException', (error) => controller.abort(new Uncaught(error)));
  process.stdin.on('error', () => controller.abort(new Interrupted('interrupted: the input was closed')));
  return controller.signal;
}

/**
 * Rejects if an interrupted run waits only for threads: for an open FIFO, or a file or name server that does not
 * answer.
 */
async function stuck(signal: AbortSignal): Promise<never> {
  await interrupted(signal);
  for (let waited = 0; waited < STUCK_MS; waited += LOOK_MS) {
    await pause(LOOK_MS);
    if (isProgramRunning() || !threadsAtWork()) waited = 0;
  }
  throw signal.reason;
}

/** Waits until all output is written. An interrupted run waits at most `LEAVE_MS` for its reader. */
async function drained(outputs: readonly WatchedOutput[], signal: AbortSignal): Promise<void> {
  const written = Promise.all(outputs.map((output) => output.drained()));
  await Promise.race([written, interrupted(signal).then(() => pause(LEAVE_MS))]);
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/**
 * Ends the process. The signal handlers are removed first: `process.exit` may wait for threads, and a signal must end
 * that.
 */
async function leave(code: ExitCode, signal: AbortSignal): Promise<void> {
  if (signal.aborted && threadsAtWork()) {
    await pause(LEAVE_MS);
    if (threadsAtWork()) endNow();
  }
  releaseTerminals();
  for (const name of SIGNALS) process.removeAllListeners(name);
  process.exit(code);
}

/**
 * Closes terminals that are gone: Node restores the terminal modes on exit and aborts on EIO. It skips a closed
 * descriptor.
 */
function releaseTerminals(): void {
  for (const [fd, stream] of [process.stdin, process.stdout, process.stderr].entries()) {
    if (stream.isTTY === true && !isatty(fd)) closeSync(fd);
  }
}

function threadsAtWork(): boolean {
  return process.getActiveResourcesInfo().some((name) => THREAD_WORK.test(name));
}

/** Ends the process at once; by SIGINT if threads are running. Shells report 130 for both. */
function endNow(): void {
  for (const name of SIGNALS) process.removeAllListeners(name);
  endPrograms();
  releaseTerminals();
  if (threadsAtWork()) process.kill(process.pid, 'SIGINT');
  process.exit(EXIT.interrupted);
}
