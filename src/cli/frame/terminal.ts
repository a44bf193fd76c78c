import { knownColumns } from '../../base/columns.ts';

/** What the two output streams can show, determined once per run. */
export interface Terminal {
  /**
   * Whether prompts are possible: stdin and stderr are terminals, `CI` is off, `TERM` is not `dumb`, and
   * --non-interactive was not given.
   */
  readonly interactive: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly stdoutColor: boolean;
  readonly stderrColor: boolean;
  /** Whether ✔ and box lines can be shown; if not, `ok ! x - ?`. */
  readonly unicode: boolean;
  /** Columns, 1 to 1,000; 80 if neither a stream nor `COLUMNS` has the number. */
  readonly width: number;
}

export interface Streams {
  readonly stdin: { readonly isTTY?: boolean | undefined };
  readonly stdout: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };
  readonly stderr: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };
}

export interface TerminalOptions {
  /** False with --no-color. */
  readonly color: boolean;
  readonly nonInteractive: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads streams, environment and flags. Colour follows no-color.org, then FORCE_COLOR, then whether the stream is a
 * terminal.
 */
export function detectTerminal(streams: Streams, env: Environment, wishes: TerminalOptions): Terminal {
  const stdoutIsTerminal = streams.stdout.isTTY === true;
  const stderrIsTerminal = streams.stderr.isTTY === true;
  return {
    interactive:
      streams.stdin.isTTY === true && stderrIsTerminal && !inCi(env) && !wishes.nonInteractive && env.TERM !== 'dumb',
    stdoutIsTerminal,
    stderrIsTerminal,
    stdoutColor: hasColor(stdoutIsTerminal, env, wishes.color),
    stderrColor: hasColor(stderrIsTerminal, env, wishes.color),
    unicode: hasUnicode(env),
    width: widthOf([streams.stdout.columns, streams.stderr.columns, Number(env.COLUMNS)]),
  };
}

/** True if `CI` is set, and not to an empty string, `0`, `false` or `no`. */
export function inCi(env: Environment): boolean {
  return isOn(env.CI);
}

function hasColor(isTerminal: boolean, env: Environment, wished: boolean): boolean {
  if (!wished || (env.NO_COLOR ?? '') !== '') return false;
  if (env.FORCE_COLOR !== undefined) return isOn(env.FORCE_COLOR);
  return isTerminal && env.TERM !== 'dumb';
}

/** POSIX order: LC_ALL, LC_CTYPE, LANG. If none is set, the locale is C. */
function hasUnicode(env: Environment): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '') ?? '';
  return env.TERM !== 'linux' && env.TERM !== 'dumb' && /utf-?8/i.test(locale);
}

function widthOf(reported: readonly (number | undefined)[]): number {
  return reported.map(knownColumns).find((columns) => columns !== undefined) ?? 80;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());
}
