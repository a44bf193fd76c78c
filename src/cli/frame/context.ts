import type { ExitCode } from '../../base/exit-codes.ts';
import type { Redact } from '../../base/redact.ts';
import type { OverrideInput } from '../../deployment/overrides.ts';
import type { DescribedCommand } from './described.ts';
import type { OutputFormat } from './output-format.ts';
import type { Terminal } from './terminal.ts';

/** A place for text. Everything written passes the redactor of the run, and nothing in it commands a terminal or a runner of CI. */
interface Output {
  write(text: string): void;
}

/**
 * What the frame gives to a command: the outside world and the global options, read once. A command uses nothing of
 * `process` itself, so that tests run it with a context of their own.
 */
export interface CommandContext {
  /** Results, and nothing else. */
  readonly stdout: Output;
  /** Progress, notes, faults. */
  readonly stderr: Output;
  /** Draws on stderr with movements of the cursor, for a line that moves; the texts in it were made printable before. Redacted. */
  draw(text: string): void;
  /** Workflow commands for the runner of CI, on stderr; whoever makes them escapes what stands in them. Redacted. */
  annotate(commands: string): void;
  /** The streams behind them, for prompts that must draw. */
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
  /** Milliseconds of --timeout. */
  readonly timeoutMs: number | undefined;
  /** Absolute path of the deployment file. */
  readonly configPath: string;
  /** Whether --config was given; without it a missing file may be forgiven. */
  readonly configGiven: boolean;
  /** `--config -`: standard input is the file, and `configPath` names none. */
  readonly configIsInput?: boolean;
  /** Arguments that choose the cluster for kubectl: `--kubeconfig`, `--context`, as given. */
  readonly kubeconfig: string | undefined;
  readonly kubeContext: string | undefined;
  /** What flags, variables and --set say about the deployment, unread: for `loadDeployment`. */
  readonly overrides: OverrideInput;
  /** Aborted by the first Ctrl-C or SIGTERM, with an Interrupted as reason; a second one ends the process at once. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Every command with its options. */
  describeCommands(): Promise<readonly DescribedCommand[]>;
  /** Secrets that were resolved: from now on nothing that is written shows them. */
  protect(values: Iterable<string>): void;
  /** A text without the secrets known so far: for what is written elsewhere than to the two outputs. */
  readonly redact: Redact;
  /** How the process ends once the command has returned. */
  exit(code: ExitCode): void;
}
