import type { DescribedCommand } from '../../frame/described.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { Shell } from './shared.ts';
import { zshScript } from './zsh.ts';

/** Returns the completion script of a shell. `checks`: the ids of all checks. */
export function completionScript(
  shell: Shell,
  commands: readonly DescribedCommand[],
  checks: readonly string[],
): string {
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
  return scripts[shell](commands, checks.join(' '));
}
