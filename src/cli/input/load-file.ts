import { UserError } from '../../base/errors.ts';
import { readStreamText } from '../../base/read-text.ts';
import { type LoadedDeployment, loadDeployment, parseDeployment } from '../../deployment/load.ts';
import { FILE_LIMIT_BYTES } from '../../deployment/refusal.ts';
import type { CommandContext } from '../frame/context.ts';

/** The name of the file of `-c -` in messages. */
const INPUT = 'standard input';

/**
 * Loads the deployment of a run: the file, or standard input with `-c -`, whose paths are relative to the working
 * directory. Throws UserError.
 */
export async function loadFile(context: CommandContext): Promise<LoadedDeployment> {
  const { configPath, overrides, cwd } = context;
  if (context.configIsInput !== true) return loadDeployment(configPath, overrides);
  const text = await readInput(context);
  const parsed = parseDeployment(text, { source: INPUT, baseDirectory: cwd, overrides });
  return { ...parsed, path: INPUT, baseDirectory: cwd, text };
}

async function readInput({ streams: { stdin }, signal }: CommandContext): Promise<string> {
  if (stdin.isTTY) {
    throw new UserError('-c - reads the file from standard input, but standard input is a terminal', {
      next: ['difyctl COMMAND -c - < difyctl.yaml'],
    });
  }
  return readStreamText(stdin, INPUT, FILE_LIMIT_BYTES, signal);
}
