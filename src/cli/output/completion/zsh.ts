import type { DescribedCommand, DescribedOption } from '../../frame/described.ts';
import { ACTIONS, CONTEXTS, PROGRAMS, quoted, SHELLS } from './shared.ts';

/** Returns the completion script of zsh. `checks`: the ids of all checks. */
export function zshScript(commands: readonly DescribedCommand[], checks: string): string {
  return `#compdef ${PROGRAMS.join(' ')}
# difyctl completion zsh: save it as _difyctl in a folder of $fpath
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

/**
 * An operand has the empty list of choices: the message in place of choices would keep zsh from completing an option.
 */
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
