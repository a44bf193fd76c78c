import { COMMANDS } from './commands.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { OUTPUT_FORMATS } from './output-format.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const PROGRAMS = ['difyctl', 'dify-installer'] as const;
/** Options whose value is a file. */
const FILE_OPTIONS = ['--config', '-c', '--kubeconfig', '--out'];

/** The script of a shell. */
export function completionScript(shell: Shell): string {
  const scripts: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };
  return scripts[shell]();
}

function bash(): string {
  return `# difyctl completion bash: source it, or put it into /etc/bash_completion.d
_difyctl() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case " ${names().join(' ')} " in *" \${COMP_WORDS[at]} "*) command=\${COMP_WORDS[at]}; break ;; esac
  done
  case $before in
    ${FILE_OPTIONS.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --output|-o) COMPREPLY=($(compgen -W '${OUTPUT_FORMATS.join(' ')}' -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W '${SHELLS.join(' ')}' -- "$word")); return ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W '${longOptions().join(' ')}' -- "$word"))
  elif [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '${names().join(' ')}' -- "$word"))
  fi
}
complete -F _difyctl ${PROGRAMS.join(' ')}
`;
}

function zsh(): string {
  const commands = COMMANDS.map(({ name, summary }) => `    '${name}:${quoted(summary).replaceAll(':', '\\:')}'`);
  const options = GLOBAL_OPTIONS.map(
    ({ flags, summary }) => `    '${longOf(flags)}[${quoted(summary).replaceAll(/[[\]]/g, '')}]${zshValue(flags)}'`,
  );
  return `#compdef ${PROGRAMS.join(' ')}
# difyctl completion zsh: put it as _difyctl into a folder of $fpath
_difyctl() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  _arguments -C \\
${options.map((option) => `${option} \\`).join('\n')}
    '1: :->command' \\
    '*: :->operand'
  case $state in
    command) _describe command commands ;;
    operand) [[ $words[2] == completion ]] && _values shell ${SHELLS.join(' ')} ;;
  esac
}
_difyctl "$@"
`;
}

function fish(): string {
  const lines = PROGRAMS.flatMap((program) => [
    ...COMMANDS.map(
      ({ name, summary }) => `complete -c ${program} -f -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
    ),
    ...GLOBAL_OPTIONS.map(({ flags, summary }) => {
      const value = flags.includes('<file>') ? ' -r -F' : flags.includes('<') ? ' -x' : '';
      return `complete -c ${program} -l ${longOf(flags).slice(2)}${value} -d '${quoted(summary)}'`;
    }),
    `complete -c ${program} -f -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(' ')}'`,
  ]);
  return `# difyctl completion fish: put it into ~/.config/fish/completions/difyctl.fish\n${lines.join('\n')}\n`;
}

function names(): readonly string[] {
  return COMMANDS.map(({ name }) => name);
}

function longOptions(): readonly string[] {
  return GLOBAL_OPTIONS.map(({ flags }) => longOf(flags));
}

function longOf(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

function zshValue(flags: string): string {
  if (flags.includes('<file>')) return ':file:_files';
  return flags.includes('<') ? ':value: ' : '';
}

/** Apostrophes would end a quoted word of any of the three shells. */
function quoted(text: string): string {
  return text.replaceAll("'", '’');
}
