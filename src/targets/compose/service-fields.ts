import { isObject, type JsonObject } from '../../base/json.ts';
import { fieldChanges } from '../fields.ts';
import type { FieldChange } from '../target.ts';
import type { EnvChange } from './secret-changes.ts';

/** The digest of a mounted file. The change of the file is listed separately. */
const FOLLOWS = /^labels\."difyctl\.config-digest"$/;
const VARIABLE = /\$\{(\w+)\?/g;

/**
 * Returns the changed fields of a service: its fields in compose.yaml, and variables of its environment whose text in
 * `.env` differs without a changed secret in them (a URL with another host).
 */
export function serviceFields(
  name: string,
  before: JsonObject,
  after: JsonObject,
  { unexplained }: EnvChange,
): readonly FieldChange[] {
  const [old, next] = [serviceOf(before, name), serviceOf(after, name)];
  const environment = isObject(next.environment) ? next.environment : {};
  const texts = Object.entries(environment).flatMap(([key, value]): readonly FieldChange[] => {
    const variables = [...String(value).matchAll(VARIABLE)].map(([, variable = '']) => variable);
    return variables.some((variable) => unexplained.has(variable))
      ? [{ path: `environment.${key}`, secret: true }]
      : [];
  });
  const fields = fieldChanges('Service', old, next, FOLLOWS);
  return [...fields, ...texts.filter(({ path }) => !fields.some((field) => field.path === path))];
}

/** Returns the changed fields of compose.yaml outside its services: networks, volumes. */
export function projectFields(before: JsonObject, after: JsonObject): readonly FieldChange[] {
  const { services: _, ...old } = before;
  const { services: __, ...next } = after;
  return fieldChanges('File', old, next, FOLLOWS);
}

function serviceOf({ services }: JsonObject, name: string): JsonObject {
  const service = isObject(services) ? services[name] : undefined;
  return isObject(service) ? (service as JsonObject) : {};
}
