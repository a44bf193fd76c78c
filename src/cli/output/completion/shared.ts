export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const PROGRAMS = ['difyctl', 'dify-installer'] as const;

/**
 * Prints the contexts of the kubeconfig. Their names must not reach `compgen -W`, which would expand them as shell
 * code.
 */
export const CONTEXTS = 'kubectl config get-contexts -o name 2>/dev/null';
/** The actions of `difyctl checks`. */
export const ACTIONS = 'list explain';

/** Replaces apostrophes, which would end a quoted word in all three shells. */
export function quoted(text: string): string {
  return text.replaceAll("'", '’');
}
