import { EXTERNAL, SECRETS_FACTS, type SecretFact } from '../../evidence/secrets.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, listed, pass, some } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error, errorInProdElseWarning, withFile } from '../when.ts';

export const configSecrets: Check = {
  id: 'config.secrets',
  title: 'every secret reference resolves',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [SECRETS_FACTS],
  remedy: 'set the variable, or create the file or Secret that the reference names',
  judge: (context) => {
    const facts = context.evidence(SECRETS_FACTS);
    const expected = 'every reference resolves';
    const unresolved = facts.filter((fact) => fact.unresolved !== undefined && !isUnread(fact));
    if (unresolved.length > 0) {
      const observed = `${counted(unresolved.length, 'reference')} without a value`;
      const words = unresolved.map(({ path, unresolved: reason }) => `${path}: ${reason}`);
      return finding('fail', {
        observed: `${observed}: ${some(words)}`,
        expected,
        message: [observed, ...words].join('\n'),
        remedy: firstStep(unresolved),
      });
    }
    const unread = facts.filter(isUnread);
    if (unread.length > 0) return notYetRead(unread);
    const spaced = facts.filter(({ path, traits }) => traits.includes('space-at-end') && !path.endsWith('Json'));
    if (spaced.length > 0) {
      const paths = listed(spaced.map(({ path }) => path));
      return finding('warn', {
        observed: `${paths} with white space or a line break at its beginning or end`,
        expected: 'no white space around the secret',
        remedy:
          'check for a space or line break at the end of the file or variable; difyctl removes only one line break',
      });
    }
    return pass(`${counted(facts.length, 'secret')} resolved`, expected);
  },
};

/** True for a secret of a store that difyctl has not read. */
export function isUnread({ source, unresolved }: SecretFact): boolean {
  return source === EXTERNAL && unresolved !== undefined;
}

/**
 * difyctl reads the values of a store only from the Secret that External Secrets creates. Without the values, services
 * cannot be probed, which is not a failure of the services.
 */
function notYetRead(unread: readonly SecretFact[]): Judgement {
  const observed = `difyctl has not read ${counted(unread.length, 'secret')} of the store yet`;
  const words = unread.map(({ path, unresolved }) => `${path}: ${unresolved}`);
  return {
    status: 'unknown',
    observed: `${observed}: ${some(words)}`,
    expected: 'every reference resolves',
    message: [`${observed}, so the services that need them were not probed`, ...words].join('\n'),
    remedy: 'create the Secret first, then check again: difyctl secrets apply',
  };
}

function firstStep(unresolved: readonly SecretFact[]): string {
  const variables = unresolved.map(({ source }) => /^env (.+)$/.exec(source)?.[1]).filter((name) => name !== undefined);
  if (variables.length === 0) return `check ${listed(unresolved.map(({ source }) => source))}`;
  return `export ${[...new Set(variables)].join(' ')}`;
}

/** Characters. A shorter secret can be guessed (NIST SP 800-63B asks for 8 of people; machines need not remember). */
const SHORTEST = 12;
/** References to names, not secrets: the public half of a key pair. */
const IS_NAME = /\.(username|accountName|accessKey|accessKeyId|secretId)$/;

export const publishedSecrets: Check = {
  id: 'config.published-secrets',
  title: 'no secret is a published default or too short',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: withFile,
  requires: [SECRETS_FACTS],
  remedy: 'choose another value, or let difyctl create one: { generated: true }',
  judge: (context) => {
    const all = context.evidence(SECRETS_FACTS);
    const facts = all.filter((fact) => fact.unresolved === undefined);
    const expected = 'values of your own';
    const published = facts.filter((fact) => fact.isPublished);
    if (published.length > 0) {
      return finding('fail', {
        observed: `${listed(published.map(({ path }) => path))}: a default that upstream publishes`,
        expected,
      });
    }
    const own = facts.filter(({ path }) => path.startsWith('secrets.'));
    const equal = own.filter((fact) => fact.sameAs.some((path) => path.startsWith('secrets.')));
    if (equal.length > 0) {
      return finding('warn', {
        observed: `${listed(equal.map(({ path }) => path))} have the same value`,
        expected: 'a separate value for each',
      });
    }
    const short = facts.filter((fact) => fact.length < SHORTEST && !IS_NAME.test(fact.path));
    if (short.length > 0) {
      const words = short.map(({ path, length }) => `${path} (${counted(length, 'character')})`);
      return finding('warn', { observed: `short: ${listed(words)}`, expected: `${SHORTEST} characters or more` });
    }
    if (all.some(isUnread)) return notReached('config.secrets');
    return pass('no published default, no short secret', expected);
  },
};
