import { Interrupted, UserError } from '../../base/errors.ts';
import { oneLine } from '../../base/printable.ts';
import { listed } from '../../checks/judgement.ts';
import type { CommandContext } from '../frame/context.ts';

/** A detail view of the confirmation prompt: the key to press, its title and its text. */
export interface ConfirmDetail {
  readonly key: string;
  readonly title: string;
  readonly text: () => string;
}

/**
 * Throws UserError (exit 2) if there is no terminal to prompt on and `--yes` was not given. `look` is the command that
 * shows what would be done. A missing or invalid file is reported first, because `--yes` would not help then.
 */
export async function requireInteractiveOrYes(
  context: CommandContext,
  yes: boolean,
  command: string,
  look: string,
): Promise<void> {
  if (yes || context.terminal.interactive) return;
  const { loadFile } = await import('./load-file.ts');
  await loadFile(context);
  throw new UserError('cannot prompt: no terminal, CI is set, or --non-interactive', {
    problems: [{ path: '--yes', message: 'confirm in advance' }],
    next: [`${look} shows it`, `${command} --yes`],
  });
}

/**
 * Asks on stderr until the answer is yes or no. An empty answer is no; an unknown one is asked again. Throws
 * Interrupted on Ctrl-C.
 */
export async function confirm(
  context: CommandContext,
  question: string,
  exhibits: readonly ConfirmDetail[],
): Promise<boolean> {
  const { askLine } = await import('./line-prompt.ts');
  const keys = exhibits.map(({ key, title }) => `${key}: ${title}`).join(', ');
  for (;;) {
    const message = `${oneLine(question)} (y/N${keys === '' ? '' : `, ${keys}`})`;
    const answer = await askLine(context, message).catch(declined);
    const word = answer.trim().toLowerCase();
    const exhibit = exhibits.find(({ key }) => key === word);
    if (['y', 'yes'].includes(word)) return true;
    if (['', 'n', 'no'].includes(word)) return false;
    const letters = ['y', 'n', ...exhibits.map(({ key }) => key)];
    context.stderr.write(exhibit?.text() ?? `  ${listed(letters)} are valid answers; nothing was changed yet\n`);
  }
}

/** Converts inquirer's errors for Ctrl-C, a closed terminal and an aborted signal to Interrupted. */
function declined(error: unknown): never {
  const name = error instanceof Error ? error.name : '';
  if (name === 'ExitPromptError' || name === 'AbortPromptError') throw new Interrupted('declined; nothing was changed');
  throw error;
}

/** Asks once for a name on stderr. True if exactly this name was typed. Throws Interrupted on Ctrl-C. */
export async function askName(context: CommandContext, question: string, name: string): Promise<boolean> {
  const { askLine } = await import('./line-prompt.ts');
  return (await askLine(context, oneLine(question)).catch(declined)).trim() === name;
}

/**
 * True if `--yes` and the name were given. Throws UserError if the name is not the file's, if `--yes` has no name, or
 * if there is no terminal to prompt on. Called before the target is inspected.
 */
export function isAgreedByName(
  { terminal }: CommandContext,
  command: string,
  own: string,
  name: string | undefined,
  yes: boolean,
): boolean {
  if (name !== undefined && name !== own) throw new UserError(`the file describes ${own}, not the given name`);
  if (yes && name === own) return true;
  const next = [`difyctl ${command} ${own} --yes`];
  if (yes) throw new UserError('--yes requires the name of the deployment', { next });
  if (!terminal.interactive) throw new UserError('cannot prompt', { next });
  return false;
}
