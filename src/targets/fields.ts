import { missingOrChanged } from '../evidence/drift/kubernetes/compare.ts';
import { shownValues } from '../evidence/drift/shown.ts';
import type { FieldChange } from './target.ts';

/**
 * What differs between two forms of an object, with the values of what is no secret. `follows` are the fields that only follow from others: they
 * are left out.
 */
export function fieldChanges(kind: string, before: object, after: object, follows: RegExp): readonly FieldChange[] {
  const put = missingOrChanged(after, before).map(
    ({ path, live, wanted }): FieldChange => ({ path, ...shownValues(kind, path, live, wanted) }),
  );
  const taken = missingOrChanged(before, after)
    .filter(({ live }) => live === undefined)
    .map(({ path, wanted }): FieldChange => ({ path, ...shownValues(kind, path, wanted, undefined) }));
  return [...put, ...taken].filter(({ path }) => !follows.test(path));
}
