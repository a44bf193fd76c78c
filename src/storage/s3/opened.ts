import { tryBoundedJson } from '../../base/bounded-json.ts';
import { elements, textOf } from '../xml.ts';

/**
 * Returns what a bucket policy allows everyone without a condition, in words. Empty if it allows nothing, or if the
 * text is not a policy.
 */
export function openedByPolicy(text: string): readonly string[] {
  const policy = tryBoundedJson(text);
  const statements = valuesOf(policy, 'Statement');
  return statements
    .filter((statement) => word(statement, 'Effect').toLowerCase() === 'allow')
    .filter((statement) => valuesOf(statement, 'Condition').length === 0 && isPublic(statement))
    .map((statement) => {
      const actions = valuesOf(statement, 'Action').map(String).join(', ');
      const resources = valuesOf(statement, 'Resource').map((one) => String(one).replace(/^.*:/, ''));
      return `${actions} on ${resources.join(', ')}`;
    });
}

/** Returns what an access list allows everyone: the groups of S3, or the one word of OSS. */
export function openedByAcl(xml: string): readonly string[] {
  return elements(xml, 'Grant').flatMap((grant) => {
    if (/global\/AllUsers|>\s*Everyone\s*</.test(grant)) return [`${textOf(grant, 'Permission')} by its access list`];
    return /^\s*public-/.test(grant) ? [`${grant.trim()} by its access list`] : [];
  });
}

function isPublic(statement: unknown): boolean {
  return valuesOf(statement, 'Principal').some((principal) => {
    if (principal === '*') return true;
    if (typeof principal !== 'object' || principal === null) return false;
    return Object.values(principal).flat().includes('*');
  });
}

/** Returns the values of a field; a single value as a list. Vendors differ in whether names begin with a capital. */
function valuesOf(object: unknown, name: string): readonly unknown[] {
  if (typeof object !== 'object' || object === null) return [];
  const found: unknown = Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return found === undefined || found === null ? [] : [found].flat();
}

function word(object: unknown, name: string): string {
  return String(valuesOf(object, name)[0] ?? '');
}
