import { missingOrChanged } from '../evidence/drift/kubernetes/compare.ts';
import { shownValues } from '../evidence/drift/shown.ts';
import type { FieldChange } from './target.ts';

/**
 * Returns the fields that differ between two forms of an object, with values unless they may be secret. Leaves out
 * fields that match `follows`, which only follow from others.
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
