import type { Drift } from '../evidence/drift/drift.ts';
import type { PlannedChange } from './target.ts';

/**
 * Returns the changes, and those that undo drift of wanted things (`Kind/name`): a missing one is created again, any
 * other one is changed back. A thing that the plan creates or deletes anyway keeps its change.
 */
export function withDrift(
  changes: readonly PlannedChange[],
  drift: readonly Drift[],
  wanted: ReadonlySet<string>,
): readonly PlannedChange[] {
  const all = new Map(changes.map((change) => [`${change.kind}/${change.name}`, change]));
  for (const one of drift) {
    const { kind, name, change, path } = one;
    const key = `${kind}/${name}`;
    const known = all.get(key);
    if (!wanted.has(key) || (known !== undefined && known.action !== 'change')) continue;
    const paths = [...new Set([...(known?.paths ?? []), ...(path === undefined ? [] : [path])])];
    const isGone = change === 'gone';
    all.set(key, {
      action: isGone ? 'create' : 'change',
      kind,
      name,
      ...(isGone || paths.length === 0 ? {} : { paths, ...repairedFields(known, one) }),
    });
  }
  return [...all.values()];
}

/**
 * Returns the fields of a change with those that undo the drift: from the live value to the applied one. A field that
 * the plan sets itself, as a whole or in part, is not changed.
 */
function repairedFields(
  known: PlannedChange | undefined,
  { path, was, is, secret }: Drift,
): Pick<PlannedChange, 'fields'> {
  // Only its paths are known: adding a field would show a part of the change.
  if (known !== undefined && known.fields === undefined) return {};
  const fields = known?.fields ?? [];
  if (path === undefined || fields.some((field) => `${field.path}.`.startsWith(`${path}.`))) return { fields };
  const values = { ...(is === undefined ? {} : { was: is }), ...(was === undefined ? {} : { is: was }) };
  return { fields: [...fields, { path, ...(secret === true ? { secret } : values) }] };
}
