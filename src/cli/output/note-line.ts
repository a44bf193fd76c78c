import type { CommandContext } from '../frame/context.ts';

/** Returns a function that writes a note as one line of stderr; nothing with `--quiet`. */
export function noteLine({ stderr, quiet }: Pick<CommandContext, 'stderr' | 'quiet'>): (text: string) => void {
  return (text) => {
    if (!quiet) stderr.write(`  ! ${text}\n`);
  };
}
