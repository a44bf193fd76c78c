import { wrap } from '../../base/wrap.ts';
import { COMMAND_GROUPS, COMMANDS } from './command-table.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

/** The exit codes that a pipeline may depend on, as in README.md. */
const EXIT_CODES = [
  ['0', 'done'],
  ['1', 'a bug in difyctl'],
  ['2', 'wrong usage or an invalid file'],
  ['3', 'preflight failed'],
  ['4', 'apply failed; the message describes the resulting state'],
  ['5', 'postflight or an audit failed'],
  ['6', 'a rehearsal or a drill failed'],
  ['7', 'there are changes (plan --detailed-exitcode)'],
  ['8', 'another program or service failed'],
  ['9', 'the lock is held by another run'],
  ['130', 'interrupted or declined'],
] as const;

/** True for a request of the overview: no argument at all, or help without a command. */
export function isHelpRequest(argv: readonly string[]): boolean {
  const [first] = argv;
  return first === undefined || (argv.length === 1 && (first === '--help' || first === '-h' || first === 'help'));
}

/** Minimal columns for the right side of a table. With fewer, the right side is below the left side. */
const LEAST_ROOM = 30;
/** A longer left side gets its own line, so that the column of the right side is not moved. */
const LONGEST_LEFT = 24;

/** `difyctl --help` in at most `width` columns: commands by phase, global options and exit codes. */
export function overviewText(width: number): string {
  const options = [
    ...GLOBAL_OPTIONS.map(({ flags, summary }) => [flags, summary] as const),
    ['--<path> <value>', 'a field of the file, for this run: --postgres-host, or DIFYCTL_POSTGRES_HOST'] as const,
  ];
  return [
    ...wrap('difyctl checks an environment, installs Dify in it and verifies the result.', width, 0),
    '',
    'Usage: difyctl <command> [options]',
    '',
    'Commands:',
    ...commandLines(width),
    '',
    'Options of every command:',
    ...table(options, 2, width).flat(),
    '',
    'Exit codes:',
    ...table(EXIT_CODES, 2, width).flat(),
    '',
    ...wrap('First steps: difyctl init', width, 0),
    ...wrap('Help on one command: difyctl preflight --help', width, 0),
    '',
  ].join('\n');
}

/** The commands by group, with the same columns in all groups. */
function commandLines(width: number): readonly string[] {
  const rows = COMMANDS.map(({ name, operands, summary }) => [[name, operands].join(' ').trim(), summary] as const);
  const lines = table(rows, 4, width);
  return COMMAND_GROUPS.flatMap(([group, title]) => [
    `  ${title}:`,
    ...lines.filter((_, index) => COMMANDS[index]?.group === group).flat(),
  ]);
}

/** The lines of each row: left and right side beside each other, or the right side below if the width is too small. */
function table(
  rows: readonly (readonly [string, string])[],
  indent: number,
  width: number,
): readonly (readonly string[])[] {
  const column = indent + Math.max(...rows.map(([left]) => (left.length > LONGEST_LEFT ? 0 : left.length))) + 3;
  if (width - column < LEAST_ROOM) {
    return rows.map(([left, right]) => [...wrap(left, width, indent, 2), ...wrap(right, width, indent + 4)]);
  }
  return rows.map(([left, right]) => {
    const lines = wrap(right, width, column);
    if (left.length > LONGEST_LEFT) return [' '.repeat(indent) + left, ...lines];
    const [first = '', ...more] = lines;
    return [`${' '.repeat(indent)}${left}`.padEnd(column) + first.trimStart(), ...more];
  });
}
