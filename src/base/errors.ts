import { EXIT, type ExitCode } from './exit-codes.ts';

/** One problem in a file, flag or answer. `line` and `column` count from 1. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

export interface FaultOptions {
  /** Next steps, each a sentence or a command that can be pasted. */
  readonly next?: readonly string[];
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** An error that is expected in operation and explained to the user. Anything else that is thrown is a bug. */
export abstract class Fault extends Error {
  readonly next: readonly string[];
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, options: FaultOptions) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.next = options.next ?? [];
    this.exitCode = options.exitCode ?? exitCode;
  }
}

/** A mistake of the user: a wrong file, flag or answer. Exit 2 by default. */
export class UserError extends Fault {
  readonly problems: readonly Problem[];

  constructor(message: string, options: FaultOptions & { readonly problems?: readonly Problem[] } = {}) {
    super(message, EXIT.usage, options);
    this.problems = options.problems ?? [];
  }
}

interface ExternalErrorOptions extends FaultOptions {
  readonly command?: string;
  readonly stderr?: readonly string[];
  readonly timedOut?: boolean;
}

/** A failure of an outside program or service. `command` and `stderr` are already redacted. Exit 8 by default. */
export class ExternalError extends Fault {
  readonly command: string | undefined;
  readonly stderr: readonly string[];
  /** True if the program was ended because its time limit was over. */
  readonly timedOut: boolean;

  constructor(message: string, options: ExternalErrorOptions = {}) {
    super(message, EXIT.external, options);
    this.command = options.command;
    this.stderr = options.stderr ?? [];
    this.timedOut = options.timedOut ?? false;
  }
}

/** The user declined, or pressed Ctrl-C. Exit 130. */
export class Interrupted extends Fault {
  constructor(message = 'interrupted', options: FaultOptions = {}) {
    super(message, EXIT.interrupted, options);
  }
}

/**
 * An error that no code caught, such as one thrown in an event handler. It interrupts the run, so that work in progress
 * ends in order. The message that is shown is the cause's. Exit 1.
 */
export class Uncaught extends Interrupted {
  constructor(cause: unknown) {
    super('interrupted by an uncaught error', { cause, exitCode: EXIT.bug });
  }
}

/**
 * The same error, with details at the end of its message; its class, exit code and cause stay. Returns an Error for
 * anything else that was thrown.
 */
export function withDetails(thrown: unknown, details: readonly string[]): unknown {
  if (details.length === 0) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const message = [error.message, ...details].join('; ');
  DETAILS.set(error, [...detailsOf(error), ...details]);
  // The message of a DOMException has no setter.
  return Object.defineProperty(error, 'message', { value: message, configurable: true });
}

const DETAILS = new WeakMap<object, readonly string[]>();

/** The details that `withDetails` added to an error, for an error that is shown in its place. */
export function detailsOf(thrown: unknown): readonly string[] {
  return (thrown instanceof Error ? DETAILS.get(thrown) : undefined) ?? [];
}
