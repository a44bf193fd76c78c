import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import type { ChartBlock } from '../../providers/chart-block.ts';
import type { ChartProfile } from '../../versions/chart-profile.ts';

/**
 * Converts values of the newest layout to the chart of the profile: removes blocks that it lacks, and moves keys to
 * their place in that chart.
 */
export function fitToChart(values: JsonObject, profile: ChartProfile): JsonObject {
  const kept: JsonObject = {
    ...withoutComponents(values, profile.without),
    ...(profile.sandboxBeside ? { sandbox: { enabled: false } } : {}),
  };
  const images = isObject(kept.image) ? { image: withoutComponents(kept.image as JsonObject, profile.without) } : {};
  return profile.moves.reduce((fitted, { from, to }) => moved(fitted, from.split('.'), to?.split('.')), {
    ...kept,
    ...images,
  });
}

/** The variables that the chart of the profile sets by itself, out of those that the newest chart sets. */
export function givenByChart(gives: ChartBlock['gives'], profile: ChartProfile): ChartBlock['gives'] {
  return Object.fromEntries(
    COMPONENTS.flatMap((name) => {
      const { [name]: variables } = gives;
      const omitted = profile.omits[name] ?? [];
      if (variables === undefined) return [];
      return [[name, Object.fromEntries(Object.entries(variables).filter(([key]) => !omitted.includes(key)))]];
    }),
  );
}

function withoutComponents(map: JsonObject, names: readonly ComponentName[]): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !names.some((name) => name === key)));
}

function moved(values: JsonObject, from: readonly string[], to: readonly string[] | undefined): JsonObject {
  const value = valueAt(values, from);
  if (value === undefined) return values;
  const rest = without(values, from);
  return to === undefined ? rest : withValue(rest, to, value);
}

function valueAt(map: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => (isObject(at) ? (at as JsonObject)[key] : undefined), map);
}

/** Also removes a map that becomes empty. */
function without(map: JsonObject, [key = '', ...rest]: readonly string[]): JsonObject {
  const { [key]: below, ...others } = map;
  if (rest.length === 0 || !isObject(below)) return others;
  const left = without(below as JsonObject, rest);
  return Object.keys(left).length === 0 ? others : { ...map, [key]: left };
}

function withValue(map: JsonObject, [key = '', ...rest]: readonly string[], value: Json): JsonObject {
  const below = map[key];
  return {
    ...map,
    [key]: rest.length === 0 ? value : withValue(isObject(below) ? (below as JsonObject) : {}, rest, value),
  };
}
