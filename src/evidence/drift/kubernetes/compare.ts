import { isObject } from '../../../base/json.ts';
import { isQuantity, parseQuantity } from '../../../base/quantity.ts';
import type { Step } from './managers.ts';

/** A place in an object: for people, for the API (a JSON pointer's steps in the living object), and for `managedFields`. */
export interface Place {
  readonly path: string;
  readonly pointer: readonly (string | number)[];
  readonly steps: readonly Step[];
}

/** A field that differs. `wanted` undefined: nothing was applied there; `live` undefined: nothing is there. */
export interface Difference extends Place {
  readonly wanted: unknown;
  readonly live: unknown;
}

export const ROOT: Place = { path: '', pointer: [], steps: [] };

/** Fields by which the API tells items of a list apart, the first that every item has. */
const KEYS = ['name', 'mountPath', 'devicePath', 'containerPort', 'port', 'ip', 'topologyKey'] as const;

/** Fields that hold quantities, which the API server writes its own way (`1000m` is `1`). */
const QUANTITIES = /(^|\.)(requests|limits|capacity|sizeLimit|averageValue|value|divisor)(\.|$)/;

/**
 * Applied fields that the living object does not have as they were applied. What the server or somebody else added is no difference, and
 * absent, null, empty and zero are the same, as in the API.
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
    // The chart may name one twice: the last one counts.
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

/** The field that tells the items of a list apart; undefined if there is none. */
export function keyOf(items: readonly unknown[]): string | undefined {
  return KEYS.find((key) => items.length > 0 && items.every((item) => isObject(item) && item[key] !== undefined));
}

/** One field further. */
export function field({ path, pointer, steps }: Place, name: string): Place {
  const part = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
  return {
    path: path === '' ? part : `${path}.${part}`,
    pointer: [...pointer, name],
    steps: [...steps, { field: name }],
  };
}

/** Into an item of a keyed list: `containers[api]`. */
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

/** What the API takes for not said. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
