import { isObject, type Json, type JsonObject } from '../../base/json.ts';

/**
 * The subschema at a path of a draft-07 schema made of `properties` only, like the chart's. Undefined if the schema
 * does not define the path.
 */
export function schemaAt(schema: JsonObject | undefined, path: readonly string[]): JsonObject | undefined {
  return path.reduce<JsonObject | undefined>((at, key) => {
    const properties = at?.properties;
    if (!isObject(properties) || !Object.hasOwn(properties, key)) return undefined;
    const below = properties[key];
    return isObject(below) ? (below as JsonObject) : undefined;
  }, schema);
}

/**
 * Returns what is wrong with a value's type, or undefined. The schema decides if it defines the path. Otherwise the
 * type of the default does; a default of null or the empty text allows any type. Null is then always allowed, because
 * it removes a default.
 */
export function typeFault(value: Json, standard: Json | undefined, schema: JsonObject | undefined): string | undefined {
  const wanted = schema === undefined ? typeOfDefault(standard) : typesOf(schema);
  if (wanted.length === 0 || wanted.some((type) => isOfType(value, type))) return undefined;
  return value === null && schema === undefined ? undefined : `must be ${wanted.join(' or ')}`;
}

function typesOf({ type }: JsonObject): readonly string[] {
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((one): one is string => typeof one === 'string') : [];
}

function typeOfDefault(standard: Json | undefined): readonly string[] {
  if (standard === undefined || standard === null || standard === '') return [];
  if (Array.isArray(standard)) return ['array'];
  if (typeof standard === 'object') return ['object'];
  return [typeof standard];
}

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
