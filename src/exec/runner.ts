/** Options of one call of an outside program. kubectl, helm and docker are only started through a Runner. */
export interface RunOptions {
  /**
   * Added to the inherited environment, which lacks the variables that secret references name. Undefined removes a
   * variable.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input. Secrets are passed to a program only this way. */
  readonly input?: string;
  readonly cwd?: string;
  /** Time limit in ms, after which the program and all that it started are ended. Default: 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Grace period in ms between SIGTERM and SIGKILL after an interrupt or the time limit. Default: 1,500. Child
   * processes of the program are killed with it.
   */
  readonly graceMs?: number;
  /** Long-running server: killed when this process ends for any reason. It gets no standard input. */
  readonly killWithParent?: true;
  /** Called with the program's process id once it runs. */
  readonly onStart?: (pid: number) => void;
  /**
   * Called with standard output as it arrives. `stdout` of the result is then empty. An error that it throws ends the
   * program.
   */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Called with each line of standard error while the program runs. */
  readonly onStderr?: (line: string) => void;
  /** Exit codes that are not errors. Default: only 0. */
  readonly okCodes?: readonly number[];
}

export interface RunResult {
  readonly exitCode: number;
  /** The whole output, at most 32 MiB. */
  readonly stdout: string;
  /** The last lines, at most 2 MiB, with at most 65,536 characters of each line. */
  readonly stderr: string;
}

export interface Runner {
  /**
   * Runs `program` with an argument array (no shell), in a session of its own, so without a terminal. Throws
   * ExternalError (redacted command and last stderr lines) if the program is missing, ends with a code that is not in
   * `okCodes`, prints more than 32 MiB without `onStdout`, or exceeds its time limit. Throws Interrupted if `signal` is
   * aborted.
   */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
}
