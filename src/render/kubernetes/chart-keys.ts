import { type Problem, UserError } from '../../base/errors.ts';
import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { nearest } from '../../base/suggest.ts';
import { firstOf } from '../../base/words.ts';
import { renderedCharts } from '../../versions/known-charts.ts';
import type { ChartFacts } from '../rendered.ts';
import { OPEN_KEYS, UNNAMED_KEYS } from './known-keys.ts';
import { schemaAt, typeFault } from './schema-types.ts';

/** Upper limit of reported values. Most have one cause. */
const MOST_SHOWN = 20;

/**
 * Checks every path of the values against the chart's defaults and schema: Helm ignores unknown keys, so a typo would
 * stay unnoticed. `extra` is the file's `extraValues`: the operator can correct only those paths. Throws UserError with
 * all unknown paths (each with the nearest known key) and all wrong types.
 */
export function checkChartKeys(
  values: JsonObject,
  facts: ChartFacts,
  extra: JsonObject,
  unnamed: readonly string[] = [],
): void {
  const problems = checkMap(values, facts.values, {
    facts,
    unnamed: [...UNNAMED_KEYS, ...unnamed],
    path: [],
    suggestions: { left: MOST_SHOWN },
  });
  if (problems.length === 0) return;
  const isOfFile = ({ path }: Problem): boolean => stands(extra, path.split('.'));
  const other = `set target.chart to a chart that accepts ${problems.length === 1 ? 'it' : 'them'}: difyctl renders the community charts ${renderedCharts().join(', ')}`;
  const words = problems.map(({ path, message }) => `${path} (${message})`);
  throw new UserError(
    `chart ${facts.name} ${facts.version} does not accept ${problems.length === 1 ? 'this value' : 'these values'}: ${firstOf(words, MOST_SHOWN)}`,
    {
      problems: problems.slice(0, MOST_SHOWN),
      next: problems.some(isOfFile) ? ['correct the path in extraValues', `or ${other}`] : [other],
    },
  );
}

/** True if the map has a value at this path, or a value other than a map above it. */
function stands(map: JsonObject, [step = '', ...rest]: readonly string[]): boolean {
  const below = map[step];
  if (below === undefined) return false;
  return rest.length === 0 || !isObject(below) || stands(below as JsonObject, rest);
}

interface KeyPath {
  readonly facts: ChartFacts;
  /** Keys that the chart reads although its values do not name them. */
  readonly unnamed: readonly string[];
  readonly path: readonly string[];
  /** How many more suggestions to search for. Each search compares a key with all known keys. */
  readonly suggestions: { left: number };
}

function checkMap(values: JsonObject, defaults: JsonObject, place: KeyPath): readonly Problem[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const at = { ...place, path: [...place.path, key] };
    if (Object.hasOwn(defaults, key)) return checkValue(value, defaults[key] ?? null, at);
    return isKnown(at) ? typeProblems(value, undefined, at) : [unknown(key, defaults, at)];
  });
}

function checkValue(value: Json, standard: Json, place: KeyPath): readonly Problem[] {
  const wrong = typeProblems(value, standard, place);
  if (wrong.length > 0 || !isObject(value) || !isObject(standard)) return wrong;
  const open = Object.keys(standard).length === 0 || OPEN_KEYS.has(place.path.at(-1) ?? '');
  return open ? [] : checkMap(value as JsonObject, standard as JsonObject, place);
}

function typeProblems(value: Json, standard: Json | undefined, { facts, path }: KeyPath): readonly Problem[] {
  const fault = typeFault(value, standard, schemaAt(facts.schema, path));
  return fault === undefined ? [] : [{ path: path.join('.'), message: fault }];
}

/** True if the list of unnamed keys or the schema has the path. */
function isKnown({ facts, unnamed, path }: KeyPath): boolean {
  const listed = unnamed.some((pattern) => {
    const steps = pattern.split('.');
    return steps.length === path.length && steps.every((step, index) => step === '*' || step === path[index]);
  });
  return listed || schemaAt(facts.schema, path) !== undefined;
}

function unknown(key: string, defaults: JsonObject, { path, suggestions }: KeyPath): Problem {
  const near = suggestions.left-- > 0 ? nearest(key, Object.keys(defaults)) : undefined;
  const hint = near === undefined ? '' : `; nearest: ${[...path.slice(0, -1), near].join('.')}`;
  return { path: path.join('.'), message: `unknown key${hint}` };
}
