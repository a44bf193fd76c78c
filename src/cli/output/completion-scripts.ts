import type { DescribedCommand, DescribedOption } from '../frame/described.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const PROGRAMS = ['difyctl', 'dify-installer'] as const;

/**
 * Prints the contexts of the kubeconfig. Their names must not reach `compgen -W`, which would expand them as shell
 * code.
 */
const CONTEXTS = 'kubectl config get-contexts -o name 2>/dev/null';
const ACTIONS = 'list explain';

/** Returns the completion script of a shell. `checks`: the ids of all checks. */
export function completionScript(
  shell: Shell,
  commands: readonly DescribedCommand[],
  checks: readonly string[],
): string {
  const scripts = { bash, zsh, fish } as const;
  return scripts[shell](commands, checks.join(' '));
}

function bash(commands: readonly DescribedCommand[], checks: string): string {
  const names = commands.map(({ name }) => name).join(' ');
  const options = commands.flatMap((command) => command.options);
  const paths = words(
    options.filter(({ value }) => value === 'path'),
    '|',
  );
  const fields = sharedOptions(commands);
  const varied = variedOptions(options);
  const taking = (kind: string) =>
    words(
      options.filter(({ value }) => value === kind),
      '|',
    );
  return `# difyctl completion bash: source it, or put it into /etc/bash_completion.d
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
  local fields='${words(fields, ' ')}'
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
  if (!shared.every(({ long }) => has(command, long))) return words(command.options, ' ');
  const own = command.options.filter(({ long }) => !shared.some((option) => option.long === long));
  return `$fields ${words(own, ' ')}`.trimEnd();
}

function has({ options }: DescribedCommand, long: string): boolean {
  return options.some((option) => option.long === long);
}

function zsh(commands: readonly DescribedCommand[], checks: string): string {
  return `#compdef ${PROGRAMS.join(' ')}
# difyctl completion zsh: put it as _difyctl into a folder of $fpath
_difyctl_checks() {
  compset -P '*,'
  compadd -- ${checks}
}
_difyctl_contexts() {
  compadd -- \${(f)"$(${CONTEXTS})"}
}
_difyctl() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${quoted(summary).replaceAll(':', '\\:')}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
    completion) _arguments '2:shell:(${SHELLS.join(' ')})' ;;
${commands
  .filter(({ name }) => name !== 'completion')
  .map(zshCommand)
  .join('\n')}
  esac
}
_difyctl "$@"
`;
}

/** An operand has the empty list of choices: the message in place of choices would keep zsh from completing an option. */
function zshCommand({ name, options }: DescribedCommand): string {
  const specs = options.map(
    (option) => `${zshNames(option)}[${quoted(option.summary).replaceAll(/[[\]]/g, '')}]${zshValue(option)}'`,
  );
  const operands = name === 'checks' ? `'2:action:(${ACTIONS})' '*:check:_difyctl_checks'` : "'*:operand:()'";
  return `    ${name}) _arguments ${specs.join(' ')} ${operands} ;;`;
}

/** The start of an option specification. An option with a short name lists both, as alternatives. */
function zshNames({ long, short, repeatable }: DescribedOption): string {
  if (short === undefined) return repeatable ? `'*${long}` : `'${long}`;
  return `'${repeatable ? '*' : `(${short} ${long})`}'{${short},${long}}'`;
}

function zshValue({ value }: DescribedOption): string {
  if (value === 'none') return '';
  if (value === 'path') return ':path:_files';
  if (value === 'checks') return ':check:_difyctl_checks';
  if (value === 'context') return ':context:_difyctl_contexts';
  return value === 'any' ? ':value: ' : `:value:(${value.join(' ')})`;
}

function fish(commands: readonly DescribedCommand[], checks: string): string {
  const lines = PROGRAMS.flatMap((program) => [
    ...commands.map(
      ({ name, summary }) => `complete -c ${program} -f -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
    ),
    ...fishOptions(program, commands),
    `complete -c ${program} -f -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(' ')}'`,
    `complete -c ${program} -f -n '__fish_seen_subcommand_from checks; and not __fish_seen_subcommand_from ${ACTIONS}' -a '${ACTIONS}'`,
    `complete -c ${program} -f -n '__fish_seen_subcommand_from explain' -a '(__difyctl_checks)'`,
  ]);
  return `# difyctl completion fish: put it into ~/.config/fish/completions/difyctl.fish\nfunction __difyctl_checks\n  printf '%s\\n' ${checks}\nend\n${lines.join('\n')}\n`;
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

/** The names of these options, each once. */
function words(options: readonly DescribedOption[], separator: string): string {
  const names = options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
  return [...new Set(names)].join(separator);
}

/** The options grouped by their choices. */
function choicesOf(options: readonly DescribedOption[]): readonly (readonly [string, readonly string[]])[] {
  const byChoices = new Map<string, DescribedOption[]>();
  for (const option of options) {
    if (typeof option.value === 'string') continue;
    const key = option.value.join(' ');
    byChoices.set(key, [...(byChoices.get(key) ?? []), option]);
  }
  return [...byChoices].map(([key, found]) => [words(found, '|'), key.split(' ')] as const);
}

/** Replaces apostrophes, which would end a quoted word in all three shells. */
function quoted(text: string): string {
  return text.replaceAll("'", '’');
}
