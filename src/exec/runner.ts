/** How an outside program is called. Everything that starts kubectl, helm or docker goes through a Runner. */
export interface RunOptions {
  /** Added to the inherited environment, from which the variables that secret references name are taken out. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; the way by which secrets reach a program. */
  readonly input?: string;
  readonly cwd?: string;
  /** Milliseconds until the program is ended, with all that it started; default 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds that an interrupted program has to put its house in order before it is killed; default 1.5 s. What it started is killed with it. */
  readonly graceMs?: number;
  /** For a program that serves until it is ended: it ends with this process, however that ends. It gets no standard input. */
  readonly killWithParent?: true;
  /** Called with the program's process id once it runs. */
  readonly onStart?: (pid: number) => void;
  /** Called with standard output as it arrives, which is then kept nowhere: `stdout` of the result is empty. What it throws ends the program. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Called with each line of standard error while the program runs. */
  readonly onStderr?: (line: string) => void;
  /** Exit codes that are answers, not faults. Default: only 0. */
  readonly okCodes?: readonly number[];
}

export interface RunResult {
  readonly exitCode: number;
  /** All of it: at most 32 MiB. */
  readonly stdout: string;
  /** Its last lines, at most 2 MiB; of a line at most 65,536 characters. */
  readonly stderr: string;
}

export interface Runner {
  /**
   * Runs `program` with an argument array (no shell), in a session of its own, so without a terminal. Throws ExternalError (redacted command and last stderr lines) where the program is missing,
   * ends with a code that is not in `okCodes`, prints more than 32 MiB that no `onStdout` takes, or exceeds its time; Interrupted where `signal` was aborted.
   */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
}
