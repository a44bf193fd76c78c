import type { Command, CommanderError, Option } from 'commander';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import { COMMANDS } from './commands.ts';

/** What commander found wrong with the command line, in our words and with the nearest name; undefined where it is no fault (help was shown). */
export function usageFault(error: CommanderError, command: Command): UserError | undefined {
  if (error.exitCode === 0) return undefined;
  const message = error.message.replace(/^error: /, '').split('\n')[0] ?? error.message;
  const option = /unknown option '([^']*)'/.exec(message)?.[1];
  if (option !== undefined) return unknownOption(option, command);
  return new UserError(message, { next: [helpOf(command)] });
}

/** A first word that is no command. */
export function unknownCommand(word: string): UserError {
  const meant = nearest(
    word,
    COMMANDS.map(({ name }) => name),
  );
  return new UserError(`unknown command ${word}`, {
    next: [meant === undefined ? 'difyctl --help' : `difyctl ${meant}`],
  });
}

/** Options and no command. What stands beside them may be a secret: names alone are repeated. */
export function noCommand(words: readonly string[]): UserError {
  const names = words.filter((word) => word.startsWith('-')).map(nameOf);
  return new UserError(names.length === 0 ? 'which command?' : `no command beside ${names.join(' ')}`, {
    next: ['difyctl --help'],
  });
}

function nameOf(option: string): string {
  return option.split('=')[0] ?? option;
}

function unknownOption(option: string, command: Command): UserError {
  const name = nameOf(option);
  const known = optionsOf(command).flatMap(({ long, short }) => [long, short].filter((text) => text !== undefined));
  if (known.includes(name)) return new UserError(`${name} takes no value`, { next: [helpOf(command)] });
  const meant = nearest(name, known as readonly string[]);
  return new UserError(`unknown option ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`, {
    next: [helpOf(command)],
  });
}

function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.parent?.options ?? [])];
}

function helpOf(command: Command): string {
  return command.parent === null ? 'difyctl --help' : `difyctl ${command.name()} --help`;
}
