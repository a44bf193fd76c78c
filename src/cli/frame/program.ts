import { Command, CommanderError } from 'commander';
import { documentText } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import type { FlagValue } from '../../deployment/overrides.ts';
import { COMMANDS } from './command-table.ts';
import type { CommandContext } from './context.ts';
import type { DescribedCommand } from './described.ts';
import { examplesText } from './examples.ts';
import { addGlobalOptions, type GlobalAnswers, readGlobals } from './globals.ts';
import { overviewText } from './overview.ts';
import { CommandRun, type ProcessIo } from './run.ts';
import { noCommand, refuseEmptyOptions, unknownCommand, usageFault } from './usage.ts';
import { versionDocument, versionText } from './version.ts';

/**
 * Runs one command line and returns the exit code of the process. Never throws: an error is printed, as JSON on stdout
 * with `-o json`.
 */
export async function runCommandLine(argv: readonly string[], world: ProcessIo): Promise<ExitCode> {
  const run = new CommandRun(world);
  try {
    return await Promise.race([dispatch(argv, run), ...(world.stuck === undefined ? [] : [world.stuck])]);
  } catch (error) {
    return run.fail(error, argv);
  }
}

async function dispatch(argv: readonly string[], run: CommandRun): Promise<ExitCode> {
  const root = addGlobalOptions(configured(new Command('difyctl'), run)).helpOption('-h, --help', 'help');
  const { operands = [], unknown = [] } = (await usage(root, () => root.parseOptions(helpAsOption(argv)))) ?? {};
  const words = [...operands, ...unknown];
  const globals = readGlobals(root.opts(), run.env);
  const name = operands[0] ?? words.find((word) => findCommand(word) !== undefined);
  if (name === undefined) return withoutCommand(words, globals, run);
  const entry = findCommand(name);
  if (entry === undefined) throw unknownCommand(name);
  words.splice(words.indexOf(name), 1);
  if (globals.version) return versionBeside(words, globals, run);
  await runCommand(entry, root, words, globals, run);
  return run.exitCode;
}

async function runCommand(
  entry: (typeof COMMANDS)[number],
  root: Command,
  words: readonly string[],
  asked: GlobalAnswers,
  run: CommandRun,
): Promise<void> {
  const isWritten = entry.formats.includes(asked.output);
  const globals = isWritten || asked.outputGiven === true ? asked : { ...asked, output: 'text' as const };
  if (!isWritten && asked.outputGiven) {
    throw new UserError(`--output ${globals.output}: difyctl ${entry.name} supports ${entry.formats.join(' or ')}`);
  }
  const flags: FlagValue[] = globals.context === undefined ? [] : [{ flag: '--context', value: globals.context }];
  const command = configured(new Command(entry.name), run).description(entry.summary);
  root.addCommand(command);
  command.configureHelp({ showGlobalOptions: true });
  const { define, examples } = await entry.load();
  define(command, run.context(globals, flags, describe));
  if (entry.deployment) {
    const { addDeploymentOptions } = await import('../input/deployment-options.ts');
    addDeploymentOptions(command, flags);
  }
  command.addHelpText('after', examplesText(examples));
  command.hook('preAction', () => refuseEmptyOptions(command));
  await usage(command, () => command.parseAsync([...words], { from: 'user' }));
}

async function describe(context: CommandContext): Promise<readonly DescribedCommand[]> {
  const { describeCommands } = await import('./describe.ts');
  return describeCommands(context);
}

function withoutCommand(words: readonly string[], globals: GlobalAnswers, run: CommandRun): ExitCode {
  if (globals.version) {
    writeVersion(globals, run);
  } else if (
    (words.length === 0 && globals.output === 'text') ||
    words.some((word) => word === '--help' || word === '-h')
  ) {
    run.stdout.write(overviewText(run.width));
  } else {
    throw noCommand();
  }
  return EXIT.done;
}

/**
 * `difyctl init --version` prints the version and does not run the command. `--version 1.16.1` is an error: Dify's
 * version is another option. Throws UserError if there are other words.
 */
function versionBeside(words: readonly string[], globals: GlobalAnswers, run: CommandRun): ExitCode {
  if (words.length > 0) {
    throw new UserError('--version prints the version of difyctl and takes no value', {
      next: ['--version-of-dify sets the version of Dify'],
    });
  }
  writeVersion(globals, run);
  return EXIT.done;
}

function writeVersion({ output }: GlobalAnswers, { stdout }: CommandRun): void {
  stdout.write(output === 'json' ? documentText(versionDocument()) : versionText());
}

/** Configures commander to throw instead of ending the process, and to write to the outputs of this run. */
function configured(command: Command, run: CommandRun): Command {
  return command.exitOverride().configureOutput({
    writeOut: (text) => run.stdout.write(text),
    writeErr: () => undefined,
    getOutHelpWidth: () => run.width,
  });
}

/** Converts errors of commander to UserError. Returns undefined if commander printed help. */
async function usage<T>(command: Command, parse: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const fault = usageFault(error, command);
    if (fault !== undefined) throw fault;
    return undefined;
  }
}

function findCommand(name: string): (typeof COMMANDS)[number] | undefined {
  return COMMANDS.find((candidate) => candidate.name === name);
}

/** Rewrites `difyctl help preflight` to `difyctl preflight --help`. */
function helpAsOption(argv: readonly string[]): string[] {
  const [first, ...rest] = argv;
  return first === 'help' ? [...rest, '--help'] : [...argv];
}
