import { isObject } from '../../../base/json.ts';
import type { Path } from '../../paths.ts';
import { type Finding, problem, type Rule } from './rule.ts';

/**
 * Characters that are invisible in an editor: they move the cursor of a terminal or change the direction of text. Line
 * ends, tabs, and the joiners of letters and signs (U+200C, U+200D) are allowed.
 */
const HIDDEN = /(?![\t\n\r])[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/u;

/** Refuses hidden characters in every value of the file, except in `extraValues`, which is passed to the chart. */
export const HIDDEN_CHARACTER_RULES: readonly Rule[] = [({ extraValues: _, ...sections }) => hiddenBelow(sections, [])];

function hiddenBelow(value: unknown, path: Path): readonly Finding[] {
  if (typeof value === 'string') {
    const hidden = HIDDEN.exec(value)?.[0].codePointAt(0);
    return hidden === undefined ? [] : [problem(path, `it contains a hidden character (${nameOf(hidden)}); remove it`)];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => hiddenBelow(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => hiddenBelow(below, [...path, key]));
}

function nameOf(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
