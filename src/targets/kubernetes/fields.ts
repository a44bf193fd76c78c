import { missingOrChanged } from '../../evidence/drift/kubernetes/compare.ts';
import { shownValues } from '../../evidence/drift/shown.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import type { FieldChange } from '../target.ts';

/** Fields that follow from others: which Secret holds the values, and the chart's checksums of what a pod reads. */
const FOLLOWS = /(secretKeyRef\.name|secretRef\.name|secret\.secretName|annotations\."checksum\/[^"]*")$/;

/** What differs between two forms of an object, with the values of what is no secret; fields that only follow from others are left out. */
export function fieldChanges(before: KubernetesObject, after: KubernetesObject): readonly FieldChange[] {
  const { kind } = after;
  const put = missingOrChanged(after, before).map(
    ({ path, live, wanted }): FieldChange => ({ path, ...shownValues(kind, path, live, wanted) }),
  );
  const taken = missingOrChanged(before, after)
    .filter(({ live }) => live === undefined)
    .map(({ path, wanted }): FieldChange => ({ path, ...shownValues(kind, path, wanted, undefined) }));
  return [...put, ...taken].filter(({ path }) => !FOLLOWS.test(path));
}
