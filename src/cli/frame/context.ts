import type { ExitCode } from '../../base/exit-codes.ts';
import type { Redact } from '../../base/redact.ts';
import type { OverrideInput } from '../../deployment/overrides.ts';
import type { DescribedCommand } from './described.ts';
import type { OutputFormat } from './output-format.ts';
import type { Terminal } from './terminal.ts';

/** A destination for text. The text is redacted, and cannot control a terminal or give a CI runner a command. */
interface Output {
  write(text: string): void;
}

/**
 * The inputs of a command: the process and the global options, read once. A command never uses `process` itself, so
 * that tests can run it with another context.
 */
export interface CommandContext {
  /** Results only. */
  readonly stdout: Output;
  /** Progress, notes, errors. */
  readonly stderr: Output;
  /**
   * Writes redacted text with cursor movements to stderr, for a line that is redrawn. The caller makes the texts in it
   * printable.
   */
  draw(text: string): void;
  /** Writes redacted workflow commands for the CI runner to stderr. The caller escapes the values in them. */
  annotate(commands: string): void;
  /** The underlying streams, for prompts that draw. */
  readonly streams: {
    readonly stdin: NodeJS.ReadStream;
    readonly stdout: NodeJS.WriteStream;
    readonly stderr: NodeJS.WriteStream;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. Paths in flags are relative to it. */
  readonly cwd: string;
  readonly terminal: Terminal;
  readonly output: OutputFormat;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Value of --timeout in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Absolute path of the deployment file. */
  readonly configPath: string;
  /** True if --config was given. Without it, some commands accept a missing file. */
  readonly configGiven: boolean;
  /** `--config -`: the file is read from standard input, and `configPath` is not a file. */
  readonly configIsInput?: boolean;
  /** `--kubeconfig` (absolute path) and `--context`: the arguments that choose the cluster for kubectl. */
  readonly kubeconfig: string | undefined;
  readonly kubeContext: string | undefined;
  /** Overrides from flags, variables and --set, not yet parsed: for `loadDeployment`. */
  readonly overrides: OverrideInput;
  /** Aborted by the first Ctrl-C or SIGTERM, with Interrupted as reason. A second one ends the process at once. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Every command with its options. */
  describeCommands(): Promise<readonly DescribedCommand[]>;
  /** Registers resolved secrets: no later output shows them. */
  protect(values: Iterable<string>): void;
  /** Removes the known secrets from a text, for destinations other than the two outputs. */
  readonly redact: Redact;
  /** Sets the exit code of the process after the command returns. */
  exit(code: ExitCode): void;
}
