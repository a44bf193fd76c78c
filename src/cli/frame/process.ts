import { closeSync } from 'node:fs';
import process from 'node:process';
import { isatty } from 'node:tty';
import { Interrupted, Uncaught } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { endPrograms, isProgramRunning } from '../../exec/program-group.ts';
import { reportLostResult } from './lost-result.ts';
import { type WatchedOutput, watchOutput } from './outputs.ts';
import { runCommandLine } from './program.ts';

/** By these a run is asked to end: Ctrl-C, `kill`, and a terminal that was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** An interrupted run that waits for threads alone, and for no program, is given up after so long: it holds nothing that has to be put in order. */
const STUCK_MS = 1_000;
const LOOK_MS = 100;
/** How long an interrupted run waits until a slow reader took what it said, and for threads that still open a file or resolve a name. */
const LEAVE_MS = 300;
/** One Ctrl-C may arrive twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 100;
/** How Node names work of its thread pool. `process.exit` waits for it: a FIFO without a writer for ever, a dead name server for half a minute. */
const THREAD_WORK = /^(FSReq|GetAddrInfo|GetNameInfo)/;

/** Runs the command line on the real process: its streams, signals and exit code. */
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
 * Aborted by the first SIGINT, SIGTERM or SIGHUP, so that children end and the state left is said; a second SIGINT or SIGTERM ends the process at once.
 * A closed terminal sends SIGHUP more than once, and nobody is in a hurry then. Input that can no longer be read is an interruption too.
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
  // The last resort: without it the process ends here and now, with its source on stderr, and whatever it holds stays held.
  process.on('uncaughtException', (error) => controller.abort(new Uncaught(error)));
  process.stdin.on('error', () => controller.abort(new Interrupted('interrupted: the input was closed')));
  return controller.signal;
}

/** Rejects once an interrupted run has waited for threads alone: an open FIFO, a file server or a name server that does not answer. */
async function stuck(signal: AbortSignal): Promise<never> {
  await interrupted(signal);
  for (let waited = 0; waited < STUCK_MS; waited += LOOK_MS) {
    await pause(LOOK_MS);
    if (isProgramRunning() || !threadsAtWork()) waited = 0;
  }
  throw signal.reason;
}

/** Until all is written; an interrupted run does not wait for a reader that has stopped reading. */
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

/** Ends the process. From here on a signal ends it in the system's way, since `process.exit` may have to wait for threads. */
async function leave(code: ExitCode, signal: AbortSignal): Promise<void> {
  if (signal.aborted && threadsAtWork()) {
    await pause(LEAVE_MS);
    if (threadsAtWork()) endNow();
  }
  releaseTerminals();
  for (const name of SIGNALS) process.removeAllListeners(name);
  process.exit(code);
}

/** Node puts the modes of its terminals back as it exits, and aborts if one was closed meanwhile (EIO). A descriptor that is closed it leaves alone. */
function releaseTerminals(): void {
  for (const [fd, stream] of [process.stdin, process.stdout, process.stderr].entries()) {
    if (stream.isTTY === true && !isatty(fd)) closeSync(fd);
  }
}

function threadsAtWork(): boolean {
  return process.getActiveResourcesInfo().some((name) => THREAD_WORK.test(name));
}

/** Ends the process at once, by SIGINT if threads are at work: shells call both 130. */
function endNow(): void {
  for (const name of SIGNALS) process.removeAllListeners(name);
  endPrograms();
  releaseTerminals();
  if (threadsAtWork()) process.kill(process.pid, 'SIGINT');
  process.exit(EXIT.interrupted);
}
