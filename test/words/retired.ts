/** What the glossary and the style page replaced: `pattern` matches whole words, in any case. */
export interface RetiredWord {
  readonly pattern: string;
  readonly instead: string;
}

/** Words that may not come back to text that users read. docs/glossary.md and docs/style.md have the words in use. */
export const RETIRED: readonly RetiredWord[] = [
  { pattern: 'heirs?', instead: 'failover candidate' },
  { pattern: 'take[sn]? back|took back', instead: 'roll back' },
  { pattern: 'for want of', instead: 'because … is missing' },
  { pattern: 'misfits?', instead: 'the error by name' },
  { pattern: 'hopeless', instead: 'unrecoverable' },
  { pattern: 'afar', instead: 'remote' },
];
