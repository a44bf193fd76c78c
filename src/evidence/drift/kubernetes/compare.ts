import { isObject } from '../../../base/json.ts';
import { isQuantity, parseQuantity } from '../../../base/quantity.ts';
import type { Step } from './managers.ts';

/**
 * A position in an object: as text, for the API (a JSON pointer's steps in the live object), and for `managedFields`.
 */
export interface Place {
  readonly path: string;
  readonly pointer: readonly (string | number)[];
  readonly steps: readonly Step[];
}

/** A field that differs. `wanted` undefined: not applied; `live` undefined: does not exist. */
export interface Difference extends Place {
  readonly wanted: unknown;
  readonly live: unknown;
}

export const ROOT: Place = { path: '', pointer: [], steps: [] };

/** Fields that identify items of a list in the API; the first one that every item has is used. */
const KEYS = ['name', 'mountPath', 'devicePath', 'containerPort', 'port', 'ip', 'topologyKey'] as const;

/** Fields with quantities, which the API server normalises (`1000m` is `1`). */
const QUANTITIES = /(^|\.)(requests|limits|capacity|sizeLimit|averageValue|value|divisor)(\.|$)/;

/**
 * Applied fields that differ in the live object. Fields that were added are no difference. Absent, null, empty and zero
 * are equal, as in the API.
 */
export function missingOrChanged(wanted: unknown, live: unknown, place: Place = ROOT): readonly Difference[] {
  if (wanted === undefined || wanted === null) return [];
  if (isBlank(wanted) && (live === undefined || live === null || typeof wanted === 'object')) return [];
  if (isObject(wanted) && isObject(live)) {
    return Object.entries(wanted).flatMap(([key, value]) => missingOrChanged(value, live[key], field(place, key)));
  }
  if (Array.isArray(wanted) && Array.isArray(live)) return ofLists(wanted, live, place);
  return isSame(wanted, live, place.path) ? [] : [{ ...place, wanted, live }];
}

function ofLists(wanted: readonly unknown[], live: readonly unknown[], place: Place): readonly Difference[] {
  const key = keyOf(wanted);
  if (key !== undefined) {
    // The chart may list one twice: the last one counts.
    const last = new Map(wanted.filter(isObject).map((item) => [item[key], item]));
    return [...last.values()].flatMap((item) => {
      const index = live.findLastIndex((one) => isObject(one) && one[key] === item[key]);
      const found = live[index];
      if (!isObject(found)) return [{ ...listed(place, item, live.length, key), wanted: item, live: undefined }];
      return missingOrChanged(item, found, listed(place, found, index, key));
    });
  }
  if (wanted.length !== live.length) return [{ ...place, wanted, live }];
  return wanted.flatMap((item, index) =>
    missingOrChanged(item, live[index], {
      path: `${place.path}[${index}]`,
      pointer: [...place.pointer, index],
      steps: [...place.steps, { index }],
    }),
  );
}

/** The field that identifies the items of a list; undefined if there is none. */
export function keyOf(items: readonly unknown[]): string | undefined {
  return KEYS.find((key) => items.length > 0 && items.every((item) => isObject(item) && item[key] !== undefined));
}

/** The position of a field below. */
export function field({ path, pointer, steps }: Place, name: string): Place {
  const part = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
  return {
    path: path === '' ? part : `${path}.${part}`,
    pointer: [...pointer, name],
    steps: [...steps, { field: name }],
  };
}

/** The position of an item in a keyed list: `containers[api]`. */
export function listed(
  { path, pointer, steps }: Place,
  item: Record<string, unknown>,
  index: number,
  key: string,
): Place {
  return {
    path: `${path}[${String(item[key])}]`,
    pointer: [...pointer, index],
    steps: [...steps, { item }],
  };
}

function isSame(wanted: unknown, live: unknown, path: string): boolean {
  if (wanted === live) return true;
  if (/mode$/i.test(path) && typeof wanted === 'number') return Number.parseInt(String(wanted), 8) === live;
  if (!QUANTITIES.test(path)) return false;
  const [one, other] = [String(wanted), String(live)];
  return isQuantity(one) && isQuantity(other) && parseQuantity(one) === parseQuantity(other);
}

/** True for values that the API treats as not set. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
