import { resolve } from 'node:path';
import { documentText } from '../../base/document.ts';
import { detailsOf, Fault, Interrupted, Uncaught, withDetails } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { type Redact, redactor } from '../../base/redact.ts';
import { secretShape } from '../../base/secret-shapes.ts';
import { systemFault } from '../../base/system-fault.ts';
import type { FlagValue } from '../../deployment/overrides.ts';
import { COMMANDS } from './command-table.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOf, faultDocument, faultText } from './errors.ts';
import type { GlobalAnswers } from './globals.ts';
import { createSink, type Sink } from './sink.ts';
import { detectTerminal, type Terminal } from './terminal.ts';

/** The streams, environment and signals of the process, or a test's replacement. */
export interface ProcessIo extends Pick<CommandContext, 'streams' | 'env' | 'cwd' | 'now' | 'signal'> {
  /** Rejects with Interrupted if an interrupted run waits for something that cannot be ended. */
  readonly stuck?: Promise<never>;
}

const DEFAULT_FILE = 'difyctl.yaml';

/** One run of a command: its redacted outputs and its exit code. */
export class CommandRun {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly width: number;
  exitCode: ExitCode = EXIT.done;
  readonly #world: ProcessIo;
  readonly #secrets = new Set<string>();
  #redact: Redact = (text) => text;
  #colors: Pick<Terminal, 'stdoutColor' | 'stderrColor'> = { stdoutColor: false, stderrColor: false };

  constructor(world: ProcessIo) {
    this.#world = world;
    const redact: Redact = (text) => this.#redact(text);
    this.stdout = createSink(world.streams.stdout, redact, () => this.#colors.stdoutColor);
    this.stderr = createSink(world.streams.stderr, redact, () => this.#colors.stderrColor);
    this.width = detectTerminal(world.streams, world.env, { color: false, nonInteractive: true }).width;
  }

  get env(): ProcessIo['env'] {
    return this.#world.env;
  }

  context(
    globals: GlobalAnswers,
    flags: readonly FlagValue[],
    describe: (context: CommandContext) => ReturnType<CommandContext['describeCommands']>,
  ): CommandContext {
    const world = this.#world;
    const terminal = detectTerminal(world.streams, world.env, globals);
    this.#colors = terminal;
    const context: CommandContext = {
      ...world,
      stdout: globals.output === 'json' ? { write: this.stdout.writeJson } : this.stdout,
      stderr: this.stderr,
      draw: this.stderr.draw,
      annotate: this.stderr.annotate,
      terminal,
      output: globals.output,
      quiet: globals.quiet,
      verbose: globals.verbose,
      timeoutMs: globals.timeoutMs,
      configPath: resolve(world.cwd, globals.config ?? DEFAULT_FILE),
      configGiven: globals.config !== undefined,
      configIsInput: globals.config === '-',
      kubeconfig: globals.kubeconfig === undefined ? undefined : resolve(world.cwd, globals.kubeconfig),
      kubeContext: globals.context,
      overrides: { flags, sets: globals.set, env: world.env, cwd: world.cwd },
      protect: (values) => this.#protect(values),
      redact: (text) => this.#redact(text),
      exit: (code) => {
        this.exitCode = code;
      },
      describeCommands: () => describe(context),
    };
    return context;
  }

  /**
   * Prints an error and returns its exit code. The options may not be parsed yet, so the arguments are searched
   * directly.
   */
  fail(thrown: unknown, argv: readonly string[]): ExitCode {
    const verbose = argv.some((word) => word === '--verbose' || word === '-v');
    const { streams, env, now, signal } = this.#world;
    // A secret among the arguments is not registered yet; it is recognised by its shape.
    this.#protect(argv.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]).filter(isSecretShaped));
    // After an interrupt, pending work rejects with an AbortError. That is not a bug.
    const known = thrown instanceof Fault ? thrown : systemFault(thrown);
    const reason: unknown = signal.reason;
    const ended = known ?? (signal.aborted ? new Interrupted(undefined, { cause: thrown }) : thrown);
    const isUncaught = reason instanceof Uncaught && ended instanceof Interrupted;
    const error = isUncaught ? withDetails(reason.cause, detailsOf(thrown)) : ended;
    if (asksForJson(argv, env)) {
      this.stdout.writeJson(documentText(faultDocument(error, verbose, now())));
    } else {
      const wishes = { color: !argv.includes('--no-color'), nonInteractive: true };
      const terminal = detectTerminal(streams, env, wishes);
      this.#colors = terminal;
      this.stderr.write(faultText(error, { verbose, color: terminal.stderrColor, unicode: terminal.unicode }));
    }
    return exitCodeOf(error);
  }

  #protect(values: Iterable<string>): void {
    for (const value of values) this.#secrets.add(value);
    this.#redact = redactor(this.#secrets);
  }
}

function isSecretShaped(word: string): boolean {
  return secretShape(word) !== undefined;
}

/**
 * If the format is given several times, the last one counts, as in commander. DIFYCTL_OUTPUT counts unless the command
 * writes no JSON.
 */
function asksForJson(argv: readonly string[], env: ProcessIo['env']): boolean {
  const wishes = argv.flatMap((word, index) => {
    if (word === '-o' || word === '--output') return argv[index + 1] ?? [];
    return /^(?:-o|--output=)(.+)$/.exec(word)?.[1] ?? [];
  });
  const command = COMMANDS.find(({ name }) => argv.includes(name));
  const fallback = command?.formats.includes('json') === false ? undefined : env.DIFYCTL_OUTPUT;
  return (wishes.at(-1) ?? fallback) === 'json';
}
