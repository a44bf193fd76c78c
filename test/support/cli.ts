import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../src/cli/frame/program.ts';
import type { ProcessIo } from '../../src/cli/frame/run.ts';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSettings {
  readonly cwd?: string;
  readonly env?: ProcessIo['env'];
  readonly signal?: AbortSignal;
  /** All of standard input. */
  readonly input?: string | Uint8Array;
  /** Default: the day of all tests. A test that compares with the clock of a server has the clock of this machine. */
  readonly now?: () => Date;
  /** Columns of a terminal. Undefined: the streams are pipes. */
  readonly terminal?: number;
}

/** The time of every run in tests. */
const TEST_DAY = new Date('2026-11-22T12:00:00Z');

/** Runs one command line in this process, with its own streams, environment and clock. */
export async function runCli(argv: readonly string[], settings: CliSettings = {}): Promise<CliRun> {
  const out = recorder(settings.terminal);
  const err = recorder(settings.terminal);
  const stdin = Object.assign(new PassThrough(), { isTTY: settings.terminal !== undefined });
  if (settings.input !== undefined) stdin.end(settings.input);
  const code = await runCommandLine(argv, {
    streams: { stdin, stdout: out.stream, stderr: err.stream } as unknown as ProcessIo['streams'],
    env: settings.env ?? {},
    cwd: settings.cwd ?? '/nowhere',
    now: settings.now ?? (() => TEST_DAY),
    signal: settings.signal ?? new AbortController().signal,
  });
  return { code, stdout: out.text(), stderr: err.text() };
}

function recorder(columns: number | undefined): { readonly stream: object; text(): string } {
  const chunks: string[] = [];
  return {
    stream: { isTTY: columns !== undefined, columns, write: (chunk: string) => chunks.push(chunk) > 0 },
    text: () => chunks.join(''),
  };
}
