import type { Command, CommanderError, Option } from 'commander';
import { UserError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';
import { FLAG_TABLE } from '../../deployment/flag-table.ts';
import { COMMANDS } from './command-table.ts';

/**
 * Converts an error of commander to a UserError with the nearest known name. Returns undefined if it is no error (help
 * was shown).
 */
export function usageFault(error: CommanderError, command: Command): UserError | undefined {
  if (error.exitCode === 0) return undefined;
  // A value may be a secret in the wrong place, so values are not repeated.
  const message = error.message
    .replace(/^error: /, '')
    .replace(/ (argument|value) '[\s\S]*' is invalid/, ' $1 is invalid');
  const option = /unknown option '([^']*)'/.exec(message)?.[1];
  if (option !== undefined) return unknownOption(option, command);
  return new UserError(message.split('\n')[0] ?? message, { next: [helpOf(command)] });
}

/**
 * For a first word that is no command. It is repeated only if it is similar to a command; otherwise it may be a secret.
 */
export function unknownCommand(word: string): UserError {
  const meant = nearest(
    word,
    COMMANDS.map(({ name }) => name),
  );
  return new UserError(`unknown command${meant === undefined ? '' : ` ${word}`}`, {
    next: [meant === undefined ? 'difyctl --help' : `difyctl ${meant}`],
  });
}

/** For options without a command. The message does not repeat the words: they may be secrets. */
export function noCommand(): UserError {
  return new UserError('no command given, only options', { next: ['difyctl --help'] });
}

/**
 * Throws UserError if an option was given an empty value. `--only ''` would run every check and `--out ''` would write
 * into the working directory; both usually come from an empty shell variable. Fields of the file have their own
 * validation.
 */
export function refuseEmptyOptions(command: Command): void {
  const empty = command.options.filter((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    const given = command.getOptionValueSource(option.attributeName()) === 'cli';
    return (
      given &&
      !isField(option) &&
      (value === '' || (Array.isArray(value) && (value.length === 0 || value.includes(''))))
    );
  });
  const [first] = empty;
  if (first === undefined) return;
  const isSelection = first.long === '--only' || first.long === '--skip';
  throw new UserError(`${first.long ?? first.flags} is empty`, {
    next: [isSelection ? 'difyctl checks lists the ids' : helpOf(command)],
  });
}

function isField({ long }: Option): boolean {
  return FLAG_TABLE.some(({ flag }) => flag === long);
}

function nameOf(option: string): string {
  return option.split('=')[0] ?? option;
}

function unknownOption(option: string, command: Command): UserError {
  const name = nameOf(option);
  const known = optionsOf(command).flatMap(({ long, short }) => [long, short].filter((text) => text !== undefined));
  if (known.includes(name)) return new UserError(`${name} takes no value`, { next: [helpOf(command)] });
  const meant = nearest(name, known as readonly string[]);
  return new UserError(
    meant === undefined
      ? 'unknown option (not shown, because it may be a secret)'
      : `unknown option ${name}; did you mean ${meant}?`,
    { next: [helpOf(command)] },
  );
}

function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.parent?.options ?? [])];
}

function helpOf(command: Command): string {
  return command.parent === null ? 'difyctl --help' : `difyctl ${command.name()} --help`;
}
