import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import type { ChartBlock } from '../../providers/chart-block.ts';
import type { ChartProfile } from '../../versions/chart-profile.ts';

/** Values in the newest layout, as the chart of the profile takes them: blocks that it lacks are removed, and moved keys are put where it has them. */
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

/** What the chart of the profile gives of the variables that the newest chart gives. */
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

/** A map that becomes empty goes too. */
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
