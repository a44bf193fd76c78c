import { boundedJson } from '../../../base/bounded-json.ts';
import { isObject } from '../../../base/json.ts';
import { listAt, textAt } from '../../../base/json-path.ts';
import type { DriftAuthor } from '../drift.ts';

/** One step into an object: a field, the (live) item of a keyed list, or the index in a list without keys. */
export type Step = { readonly field: string } | { readonly item: Record<string, unknown> } | { readonly index: number };

/**
 * One entry of `metadata.managedFields`: the writer, the time, and the fields (`FieldsV1`: `f:NAME`, `k:{KEYS}`, `{}`
 * for all below).
 */
export interface Manager extends DriftAuthor {
  readonly fields: Record<string, unknown>;
}

/** The writers of the object itself, without writers of its status. */
export function managersOf(object: unknown): readonly Manager[] {
  return listAt(object, 'metadata', 'managedFields').flatMap((entry) => {
    const fields = isObject(entry) ? entry.fieldsV1 : undefined;
    const subresource = textAt(entry, 'subresource');
    if (!isObject(fields) || subresource === 'status') return [];
    const manager = textAt(entry, 'manager');
    const name = manager === 'kubectl' && subresource === 'scale' ? 'kubectl-scale' : manager;
    return [{ manager: name, at: textAt(entry, 'time'), fields }];
  });
}

/** True if the manager wrote the field at these steps, or a parent of it as a whole. */
export function owns({ fields }: Manager, steps: readonly Step[]): boolean {
  let below: unknown = fields;
  for (const step of steps) {
    if (!isObject(below)) return false;
    const keys = Object.keys(below);
    if (keys.length === 0) return true;
    const key =
      'field' in step ? `f:${step.field}` : 'item' in step ? keys.find((one) => names(one, step.item)) : undefined;
    if (key === undefined || !(key in below)) return false;
    below = below[key];
  }
  return true;
}

/** True if `k:{"name":"api"}` is the key of this item; the protocol of a port defaults to TCP. */
export function names(key: string, item: Record<string, unknown>): boolean {
  if (!key.startsWith('k:')) return false;
  const wanted = keyFields(key.slice(2));
  if (!isObject(wanted)) return false;
  return Object.entries(wanted).every(
    ([name, value]) => (item[name] ?? (name === 'protocol' ? 'TCP' : undefined)) === value,
  );
}

/** Parses a key. Undefined if it is not JSON: the writer of an object can write its managed fields too. */
function keyFields(text: string): unknown {
  try {
    return boundedJson(text);
  } catch {
    return undefined;
  }
}

/** The newest of them; undefined if there are none. */
export function newest(managers: readonly Manager[]): Manager | undefined {
  return managers.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
}
