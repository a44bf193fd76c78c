import type { Drift } from '../evidence/drift/drift.ts';
import type { Change } from './target.ts';

/**
 * The changes, and what undoes drift of things that are still wanted (`Kind/name`): what is gone is made again, anything else is changed back.
 * What the plan creates or deletes anyway stays as it is.
 */
export function withDrift(
  changes: readonly Change[],
  drift: readonly Drift[],
  wanted: ReadonlySet<string>,
): readonly Change[] {
  const all = new Map(changes.map((change) => [`${change.kind}/${change.name}`, change]));
  for (const { kind, name, change, path } of drift) {
    const key = `${kind}/${name}`;
    const known = all.get(key);
    if (!wanted.has(key) || (known !== undefined && known.action !== 'change')) continue;
    const paths = [...new Set([...(known?.paths ?? []), ...(path === undefined ? [] : [path])])];
    const isGone = change === 'gone';
    all.set(key, {
      action: isGone ? 'create' : 'change',
      kind,
      name,
      ...(isGone || paths.length === 0 ? {} : { paths }),
    });
  }
  return [...all.values()];
}
