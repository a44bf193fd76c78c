import { isObject } from '../../../base/json.ts';
import type { Path } from '../../paths.ts';
import { type Finding, problem, type Rule } from './rule.ts';

/**
 * Characters that nobody sees in an editor: they move the cursor of a terminal, or turn the text round them. Line ends and tabs are none, nor is what
 * joins letters and signs (U+200C, U+200D).
 */
const HIDDEN = /(?![\t\n\r])[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/u;

/** No value of the file holds a hidden character; what `extraValues` passes on to the chart is the chart's matter. */
export const HIDDEN_CHARACTER_RULES: readonly Rule[] = [({ extraValues: _, ...sections }) => hiddenBelow(sections, [])];

function hiddenBelow(value: unknown, path: Path): readonly Finding[] {
  if (typeof value === 'string') {
    const hidden = HIDDEN.exec(value)?.[0].codePointAt(0);
    return hidden === undefined
      ? []
      : [problem(path, `a hidden character (${nameOf(hidden)}) stands in it; take it out`)];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => hiddenBelow(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => hiddenBelow(below, [...path, key]));
}

function nameOf(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
