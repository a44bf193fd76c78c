/** What the glossary and the style page replaced: `pattern` matches whole words, in any case. */
export interface RetiredWord {
  readonly pattern: string;
  readonly instead: string;
}

/** Words that may not come back to text that users read. docs/glossary.md and docs/style.md have the words in use. */
export const RETIRED: readonly RetiredWord[] = [
  { pattern: 'heirs?', instead: 'failover candidate' },
  { pattern: 'fellows?', instead: 'peer' },
  { pattern: 'take[sn]? back|took back', instead: 'roll back' },
  { pattern: 'for want of', instead: 'because … is missing' },
  { pattern: 'misfits?', instead: 'the error by name' },
  { pattern: 'hopeless', instead: 'unrecoverable' },
  { pattern: 'afar', instead: 'remote' },
  { pattern: 'mend(?:s|ed|ing)?', instead: 'fix' },
  { pattern: 'heed(?:s|ed|ing)?', instead: 'honour, follow' },
  { pattern: 'whoever|whichever', instead: 'the user, anyone who' },
  { pattern: 'somebody', instead: 'the subject by name' },
  { pattern: 'stood', instead: 'was, existed' },
  { pattern: 'all the same', instead: 'still, anyway' },
  { pattern: 'without a word', instead: 'silently' },
  { pattern: 'not there(?: yet)?|there yet', instead: 'does not exist, is missing' },
  { pattern: 'look(?:s|ed|ing)? at', instead: 'check, probe, inspect' },
  { pattern: 'seen from here', instead: 'from this machine' },
  { pattern: 'at work (?:here|on)', instead: 'locked by, works on' },
  { pattern: 'as ever', instead: 'unchanged' },
  { pattern: 'bad days?', instead: 'fault, failure' },
  { pattern: 'of one mind', instead: 'in agreement' },
  { pattern: 'goes on', instead: 'continues, resumes' },
  { pattern: 'brought back', instead: 'restored' },
  { pattern: 'made to happen', instead: 'reproduced' },
  { pattern: 'takes? (?:no )?(?:more )?writes', instead: 'accepts writes' },
  { pattern: 'lets? (?:Dify|this user|clients) in', instead: 'accepts the login' },
  { pattern: 'leans? on', instead: 'requires, depends on' },
  { pattern: 'piles? up', instead: 'accumulates' },
  { pattern: 'by turns', instead: 'in turn' },
  { pattern: 'for ever', instead: 'forever' },
  { pattern: 'in the clear', instead: 'unencrypted' },
  { pattern: 'anybody', instead: 'anyone' },
  { pattern: 'a day to come', instead: 'in the future' },
  { pattern: 'made or saw', instead: 'created or observed' },
  { pattern: 'unawares', instead: 'by accident' },
  { pattern: 'given away', instead: 'owned by' },
  { pattern: 'log shipped', instead: 'WAL archived' },
  { pattern: 'leads? in', instead: 'accepts outside traffic' },
  { pattern: 'ends? (?:no )?TLS', instead: 'terminates TLS' },
  { pattern: 'nobody', instead: 'no one, no user' },
];
