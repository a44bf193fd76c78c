import process from 'node:process';
import { Interrupted } from '../base/errors.ts';
import { EXIT } from '../base/exit-codes.ts';
import { runCommandLine } from './program.ts';

/** Runs the command line on the real process: its streams, signals and exit code. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  quietOnClosedPipe(process.stdout);
  quietOnClosedPipe(process.stderr);
  const code = await runCommandLine(argv, {
    streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    signal: interruption(),
  });
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  process.exit(code);
}

/** Aborted by the first SIGINT, SIGTERM or SIGHUP, so that children end and the state left is said; the second one ends at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort(new Interrupted(`interrupted by ${name}`));
    });
  }
  return controller.signal;
}

/** `difyctl … | head`: who reads has gone, and there is nobody left to tell. */
function quietOnClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
