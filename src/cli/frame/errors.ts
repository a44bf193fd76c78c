import { printedDocument } from '../../base/document.ts';
import { ExternalError, Fault, Interrupted, type Problem, UserError } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { oneLine, printable } from '../../base/printable.ts';
import { DIFYCTL_VERSION } from '../../base/version.ts';
import { paint } from '../../report/style.ts';

export interface FaultView {
  readonly verbose: boolean;
  readonly color: boolean;
  readonly unicode: boolean;
}

/** The exit code of the process: the code of a Fault; 1 for any other error, which is a bug in difyctl. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof Fault ? error.exitCode : EXIT.bug;
}

/** An error as text: the problem, what was observed, the next steps, the exit code. */
export function faultText(error: unknown, view: FaultView): string {
  const cross = view.unicode ? '✖' : 'x';
  const arrow = view.unicode ? '→' : '->';
  const lines = [
    `  ${paint(view, 'bad', cross)} ${paint(view, 'strong', underEachOther(headline(error), 4))}`,
    ...(error instanceof UserError ? problemLines(error.problems) : []),
    ...(error instanceof ExternalError ? externalLines(error) : []),
    ...nextSteps(error).map((step) => `     ${arrow} ${underEachOther(step, 7)}`),
    ...(view.verbose ? stackLines(error) : []),
    `  exit ${exitCodeOf(error)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** An error as one JSON document. */
export function faultDocument(error: unknown, verbose: boolean, now: Date): Readonly<Record<string, unknown>> {
  return printedDocument('Error', now, {
    type: typeOf(error),
    message: headline(error),
    ...(error instanceof UserError && error.problems.length > 0 ? { problems: error.problems } : {}),
    ...(error instanceof ExternalError && error.command !== undefined ? { command: error.command } : {}),
    ...(error instanceof ExternalError && error.stderr.length > 0 ? { stderr: error.stderr } : {}),
    next: nextSteps(error),
    ...(verbose ? { stack: stackLines(error) } : {}),
    exitCode: exitCodeOf(error),
  });
}

function typeOf(error: unknown): 'user' | 'external' | 'interrupted' | 'fault' | 'bug' {
  if (error instanceof UserError) return 'user';
  if (error instanceof ExternalError) return 'external';
  if (error instanceof Interrupted) return 'interrupted';
  return error instanceof Fault ? 'fault' : 'bug';
}

function headline(error: unknown): string {
  if (error instanceof Fault) return error.message;
  return `a bug in difyctl: ${error instanceof Error ? error.message : String(error)}`;
}

function nextSteps(error: unknown): readonly string[] {
  if (error instanceof Fault) return error.next;
  return [
    're-run with --verbose, and report its output, the command line, and',
    `difyctl ${DIFYCTL_VERSION}, node ${process.version}, ${process.platform} ${process.arch}`,
  ];
}

/** `12:3   postgres.usrname   unknown key`, in columns. Further lines of a message are indented. */
function problemLines(problems: readonly Problem[]): readonly string[] {
  const places = problems.map(placeOf);
  const placeWidth = Math.max(0, ...places.map((place) => place.length));
  const pathWidth = Math.min(44, Math.max(0, ...problems.map(({ path }) => path.length)));
  return problems.map(({ path, message }, index) => {
    const place = `${(places[index] ?? '').padEnd(placeWidth)}${placeWidth > 0 ? '  ' : ''}`;
    return `    ${place}${oneLine(path).padEnd(pathWidth)}  ${underEachOther(message, 6)}`.trimEnd();
  });
}

function placeOf({ line, column }: Problem): string {
  if (line === undefined) return '';
  return column === undefined ? String(line) : `${line}:${column}`;
}

function externalLines(error: ExternalError): readonly string[] {
  return [
    ...(error.command === undefined ? [] : [`     ran: ${oneLine(error.command)}`]),
    ...error.stderr.map((text) => `       | ${oneLine(text)}`),
  ];
}

/**
 * Indents further lines of a text. Texts of other programs may have several, and none may look like a line of difyctl.
 */
function underEachOther(text: string, indent: number): string {
  return printable(text).replaceAll('\n', `\n${' '.repeat(indent)}`);
}

function stackLines(error: unknown): readonly string[] {
  const stacks: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    stacks.push(...(at.stack ?? String(at)).split('\n'));
  return stacks.map((text) => `     ${text}`);
}
