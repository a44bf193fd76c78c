import type { Drift } from '../evidence/drift/drift.ts';
import type { PlannedChange } from './target.ts';

/**
 * The changes, and what undoes drift of things that are still wanted (`Kind/name`): what is gone is made again, anything else is changed back.
 * What the plan creates or deletes anyway stays as it is.
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

/** The fields of a change, and how the drift is undone: from what lives to what was applied. What the plan sets itself stays as it is. */
function repairedFields(
  known: PlannedChange | undefined,
  { path, was, is, secret }: Drift,
): Pick<PlannedChange, 'fields'> {
  // Paths alone are known of it: its fields would be half of the change.
  if (known !== undefined && known.fields === undefined) return {};
  const fields = known?.fields ?? [];
  if (path === undefined || fields.some((field) => field.path === path)) return { fields };
  const values = { ...(is === undefined ? {} : { was: is }), ...(was === undefined ? {} : { is: was }) };
  return { fields: [...fields, { path, ...(secret === true ? { secret } : values) }] };
}
