import type { DescribedCommand, DescribedOption } from '../../frame/described.ts';
import { ACTIONS, CONTEXTS, PROGRAMS, SHELLS } from './shared.ts';

/** Returns the completion script of bash. `checks`: the ids of all checks. */
export function bashScript(commands: readonly DescribedCommand[], checks: string): string {
  const names = commands.map(({ name }) => name).join(' ');
  const options = commands.flatMap((command) => command.options);
  const paths = optionNames(
    options.filter(({ value }) => value === 'path'),
    '|',
  );
  const fields = sharedOptions(commands);
  const varied = variedOptions(options);
  const taking = (kind: string) =>
    optionNames(
      options.filter(({ value }) => value === kind),
      '|',
    );
  return `# difyctl completion bash: source it, or save it in /etc/bash_completion.d
_difyctl_checks() {
  local list=
  [[ $1 == *,* ]] && list=\${1%,*},
  COMPREPLY=($(compgen -P "$list" -W '${checks}' -- "\${1##*,}"))
}
_difyctl_contexts() {
  local name
  while IFS= read -r name; do
    [[ $name == "$1"* && $name =~ ^[A-Za-z0-9._:/@+-]+$ ]] && COMPREPLY+=("$name")
  done < <(${CONTEXTS})
}
_difyctl() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= options= at
  local fields='${optionNames(fields, ' ')}'
  for ((at = 1; at < COMP_CWORD; at++)); do
    case " ${names} " in *" \${COMP_WORDS[at]} "*) command=\${COMP_WORDS[at]}; break ;; esac
  done
  case $before in
    ${paths}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${taking('checks')}) _difyctl_checks "$word"; return ;;
    ${taking('context')}) COMPREPLY=(); _difyctl_contexts "$word"; return ;;
${choicesOf(options.filter(({ long }) => !varied.has(long)))
  .map(([flags, choices]) => offer(flags, choices))
  .join('\n')}
    completion) COMPREPLY=($(compgen -W '${SHELLS.join(' ')}' -- "$word")); return ;;
  esac
  case $command:$before in
${variedChoices(commands, varied)
  .map(([places, choices]) => offer(places, choices))
  .join('\n')}
  esac
  case $command in
${commands.map((command) => `    ${command.name}) options="${ownWords(command, fields)}" ;;`).join('\n')}
  esac
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '${names}' -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ $command == checks && " \${COMP_WORDS[*]:at+1:COMP_CWORD-at-1} " == *' explain '* ]]; then
    COMPREPLY=($(compgen -W '${checks}' -- "$word"))
  elif [[ $command == checks && $before == checks ]]; then
    COMPREPLY=($(compgen -W '${ACTIONS}' -- "$word"))
  fi
}
complete -F _difyctl ${PROGRAMS.join(' ')}
`;
}

function offer(pattern: string, choices: readonly string[]): string {
  return `    ${pattern}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word")); return ;;`;
}

/** Options whose values differ between commands, such as `--output`. */
function variedOptions(options: readonly DescribedOption[]): ReadonlySet<string> {
  const first = new Map<string, string>();
  const varied = new Set<string>();
  for (const { long, value } of options) {
    if (!first.has(long)) first.set(long, String(value));
    else if (first.get(long) !== String(value)) varied.add(long);
  }
  return varied;
}

/** The choices of such options, named `command:--option`. */
function variedChoices(
  commands: readonly DescribedCommand[],
  varied: ReadonlySet<string>,
): readonly (readonly [string, readonly string[]])[] {
  const places = commands.flatMap(({ name, options }) =>
    options
      .filter(({ long }) => varied.has(long))
      .map((option) => ({
        ...option,
        long: `${name}:${option.long}`,
        short: option.short === undefined ? undefined : `${name}:${option.short}`,
      })),
  );
  return choicesOf(places);
}

/**
 * Options that every command with a deployment has, mainly the fields of the file. Listed once, since there are
 * hundreds.
 */
function sharedOptions(commands: readonly DescribedCommand[]): readonly DescribedOption[] {
  const [first, ...others] = commands.filter(({ options }) => options.some(({ long }) => long === '--url'));
  return (first?.options ?? []).filter(({ long }) => others.every((other) => has(other, long)));
}

function ownWords(command: DescribedCommand, shared: readonly DescribedOption[]): string {
  if (!shared.every(({ long }) => has(command, long))) return optionNames(command.options, ' ');
  const own = command.options.filter(({ long }) => !shared.some((option) => option.long === long));
  return `$fields ${optionNames(own, ' ')}`.trimEnd();
}

function has({ options }: DescribedCommand, long: string): boolean {
  return options.some((option) => option.long === long);
}

/** The options grouped by their choices. */
function choicesOf(options: readonly DescribedOption[]): readonly (readonly [string, readonly string[]])[] {
  const byChoices = new Map<string, DescribedOption[]>();
  for (const option of options) {
    if (typeof option.value === 'string') continue;
    const key = option.value.join(' ');
    byChoices.set(key, [...(byChoices.get(key) ?? []), option]);
  }
  return [...byChoices].map(([key, found]) => [optionNames(found, '|'), key.split(' ')] as const);
}

/** The names of these options, each once. */
function optionNames(options: readonly DescribedOption[], separator: string): string {
  const names = options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
  return [...new Set(names)].join(separator);
}
