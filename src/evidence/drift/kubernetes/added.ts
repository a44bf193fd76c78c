import { isObject } from '../../../base/json.ts';
import { type Difference, field, isBlank, keyOf, listed, type Place, ROOT } from './compare.ts';
import { type Manager, names } from './managers.ts';

/**
 * Paths that others may write: labels and annotations (also those of pods, as `kubectl rollout restart` sets), and the
 * status. They are no configuration.
 */
const OPEN = /^(metadata|status|spec\.template\.metadata)$/;

/** Fields that the manager wrote and that were not applied: a variable, a volume, a key of a ConfigMap. */
export function addedBy({ fields }: Manager, wanted: unknown, live: unknown): readonly Difference[] {
  return below(fields, wanted, live, ROOT);
}

function below(fields: unknown, wanted: unknown, live: unknown, place: Place): readonly Difference[] {
  if (!isObject(fields) || OPEN.test(place.path)) return [];
  return Object.entries(fields).flatMap(([key, more]): readonly Difference[] => {
    if (key.startsWith('f:') && isObject(live)) {
      const name = key.slice(2);
      const at = field(place, name);
      return compared(more, isObject(wanted) ? wanted[name] : undefined, live[name], at);
    }
    if (key.startsWith('k:') && Array.isArray(live)) return ofItem(key, more, wanted, live, place);
    return [];
  });
}

function compared(fields: unknown, wanted: unknown, live: unknown, at: Place): readonly Difference[] {
  if (isBlank(live) || OPEN.test(at.path)) return [];
  if (wanted === undefined || wanted === null) return [{ ...at, wanted: undefined, live }];
  return below(fields, wanted, live, at);
}

function ofItem(
  key: string,
  fields: unknown,
  wanted: unknown,
  live: readonly unknown[],
  place: Place,
): readonly Difference[] {
  const index = live.findIndex((item) => isObject(item) && names(key, item));
  const item = live[index];
  const by = keyOf(live);
  if (!isObject(item) || by === undefined) return [];
  const ours = Array.isArray(wanted) ? wanted.findLast((one) => isObject(one) && one[by] === item[by]) : undefined;
  return compared(fields, ours, item, listed(place, item, index, by));
}
