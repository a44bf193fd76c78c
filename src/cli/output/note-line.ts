import type { CommandContext } from '../frame/context.ts';

/** Writes what happens on the way as one line of stderr; nothing with `--quiet`. */
export function noteLine({ stderr, quiet }: Pick<CommandContext, 'stderr' | 'quiet'>): (text: string) => void {
  return (text) => {
    if (!quiet) stderr.write(`  ! ${text}\n`);
  };
}
