import { shownValues } from '../../evidence/drift/shown.ts';
import type { FieldChange } from '../target.ts';

/** Number of lines that a plan shows of one file. */
const MOST = 10;

/**
 * Returns the lines that differ between two texts, from the first to the last difference. Each old line is paired with
 * the new line at the same position.
 */
export function lineChanges(before: string, after: string): readonly FieldChange[] {
  const [old, next] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < Math.min(old.length, next.length) && old[start] === next[start]) start++;
  let end = 0;
  const most = Math.min(old.length, next.length) - start;
  while (end < most && old.at(-1 - end) === next.at(-1 - end)) end++;
  const [gone, put] = [old.slice(start, old.length - end), next.slice(start, next.length - end)];
  const lines = Array.from({ length: Math.max(gone.length, put.length) }, (_, index) => index);
  const differing = lines.filter((index) => gone[index]?.trim() !== put[index]?.trim());
  const shown = differing.slice(0, MOST).map((index): FieldChange => {
    const path = `line ${start + index + 1}`;
    return { path, ...shownValues('File', path, gone[index]?.trim(), put[index]?.trim()) };
  });
  const left = differing.length - shown.length;
  return left === 0 ? shown : [...shown, { path: `and ${left} more lines` }];
}
