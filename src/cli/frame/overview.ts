import { COMMAND_GROUPS, COMMANDS } from './command-table.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

/** What a pipeline may gate on, as README.md has it. */
const EXIT_CODES = [
  ['0', 'done'],
  ['1', 'a bug in difyctl'],
  ['2', 'wrong usage or an invalid file'],
  ['3', 'preflight failed'],
  ['4', 'apply failed, and what state it left'],
  ['5', 'postflight failed'],
  ['7', 'there are changes (plan --detailed-exitcode)'],
  ['8', 'an outside program or service failed elsewhere'],
  ['9', 'somebody else holds the lock'],
  ['130', 'interrupted or declined'],
] as const;

/** True where the overview is asked: no argument at all, or help without a command. */
export function isHelpRequest(argv: readonly string[]): boolean {
  const [first] = argv;
  return first === undefined || (argv.length === 1 && (first === '--help' || first === '-h' || first === 'help'));
}

/** `difyctl --help`: every command by the day it is for, and every global option, one line each. */
export function overviewText(): string {
  const options = [
    ...GLOBAL_OPTIONS.map(({ flags, summary }) => [flags, summary] as const),
    ['--<path> <value>', 'a field of the file, for this run: --postgres-host, or DIFYCTL_POSTGRES_HOST'] as const,
  ];
  return [
    'difyctl, the installer for Dify: it asks, checks, renders, installs and verifies.',
    '',
    'Usage: difyctl <command> [options]',
    '',
    'Commands:',
    ...commandLines(),
    '',
    'Options of every command:',
    ...table(options),
    '',
    'Exit codes:',
    ...table(EXIT_CODES),
    '',
    'First steps: difyctl init    Help on one command: difyctl preflight --help',
    '',
  ].join('\n');
}

/** Every group with its commands, in columns that all groups share. */
function commandLines(): readonly string[] {
  const rows = COMMANDS.map(({ name, operands, group, summary }) => ({
    group,
    row: [`  ${[name, operands].join(' ').trim()}`, summary] as const,
  }));
  const lines = table(rows.map(({ row }) => row));
  return COMMAND_GROUPS.flatMap(([group, title]) => [
    `  ${title}:`,
    ...lines.filter((_, index) => rows[index]?.group === group),
  ]);
}

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`);
}
