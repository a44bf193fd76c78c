// Imported as a whole module when somebody is asked: a static import of one name lets the bundler leave every other prompt out.
import { input } from '@inquirer/prompts';
import type { CommandContext } from '../frame/context.ts';

/** Asks for one line on stderr. Throws inquirer's ExitPromptError on Ctrl-C, and AbortPromptError where the run is aborted. */
export function askLine({ streams, signal }: CommandContext, message: string): Promise<string> {
  return input({ message }, { input: streams.stdin, output: streams.stderr, signal });
}
