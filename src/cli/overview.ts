import { COMMANDS } from './commands.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

/** True where the overview is asked: no argument at all, or help without a command. */
export function isHelpRequest(argv: readonly string[]): boolean {
  const [first] = argv;
  return first === undefined || (argv.length === 1 && (first === '--help' || first === '-h' || first === 'help'));
}

/** `difyctl --help`: every command and every global option, one line each. */
export function overviewText(): string {
  const commands = COMMANDS.map(({ name, operands, summary }) => [[name, operands].join(' ').trim(), summary] as const);
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
    ...table(commands),
    '',
    'Options of every command:',
    ...table(options),
    '',
    'First steps: difyctl init    Help on one command: difyctl preflight --help',
    '',
  ].join('\n');
}

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`);
}
