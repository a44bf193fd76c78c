// The whole module is imported when a prompt is needed. A static import of one name lets the bundler omit every other
// prompt.
import { input } from '@inquirer/prompts';
import type { CommandContext } from '../frame/context.ts';

/**
 * Asks for one line on stderr. Throws inquirer's ExitPromptError on Ctrl-C, and AbortPromptError if the run is aborted.
 */
export function askLine({ streams, signal }: CommandContext, message: string): Promise<string> {
  return input({ message }, { input: streams.stdin, output: streams.stderr, signal });
}
