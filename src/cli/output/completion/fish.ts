import type { DescribedCommand, DescribedOption } from '../../frame/described.ts';
import { ACTIONS, CONTEXTS, PROGRAMS, quoted, SHELLS } from './shared.ts';

/** Returns the completion script of fish. `checks`: the ids of all checks. */
export function fishScript(commands: readonly DescribedCommand[], checks: string): string {
  const lines = PROGRAMS.flatMap((program) => [
    ...commands.map(
      ({ name, summary }) => `complete -c ${program} -f -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
    ),
    ...fishOptions(program, commands),
    `complete -c ${program} -f -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(' ')}'`,
    `complete -c ${program} -f -n '__fish_seen_subcommand_from checks; and not __fish_seen_subcommand_from ${ACTIONS}' -a '${ACTIONS}'`,
    `complete -c ${program} -f -n '__fish_seen_subcommand_from explain' -a '(__difyctl_checks)'`,
  ]);
  return `# difyctl completion fish: save it as ~/.config/fish/completions/difyctl.fish\nfunction __difyctl_checks\n  printf '%s\\n' ${checks}\nend\n${lines.join('\n')}\n`;
}

/** One line per option and set of values, with every command that has it. */
function fishOptions(program: string, commands: readonly DescribedCommand[]): readonly string[] {
  const takers = new Map<string, { readonly option: DescribedOption; readonly names: string[] }>();
  for (const { name, options } of commands) {
    for (const option of options) {
      const key = `${option.long} ${String(option.value)}`;
      const known = takers.get(key);
      if (known === undefined) takers.set(key, { option, names: [name] });
      else known.names.push(name);
    }
  }
  return [...takers.values()].map(({ option, names }) => {
    const condition = `'__fish_seen_subcommand_from ${names.join(' ')}'`;
    const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`;
    return `complete -c ${program} -n ${condition}${short} -l ${option.long.slice(2)}${fishValue(option)} -d '${quoted(option.summary)}'`;
  });
}

function fishValue({ value }: DescribedOption): string {
  if (value === 'none') return '';
  if (value === 'path') return ' -r -F';
  if (value === 'checks') return " -x -a '(__fish_complete_list , __difyctl_checks)'";
  if (value === 'context') return ` -x -a '(${CONTEXTS})'`;
  return value === 'any' ? ' -x' : ` -x -a '${value.join(' ')}'`;
}
