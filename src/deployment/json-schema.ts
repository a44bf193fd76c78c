import * as z from 'zod';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { isDefaulted } from './defaults.ts';
import type { Path } from './paths.ts';
import { deploymentSchema } from './schema/deployment.ts';
import { describe } from './schema/descriptions.ts';

/**
 * JSON Schema of a deployment file (draft-07, which editors support best), with the meaning of each field. Fields that
 * a tier's defaults fill in are not required, so that a file without them is valid here as for `difyctl validate`.
 */
export function deploymentJsonSchema(): JsonObject {
  return documented(deploymentSchema, { title: 'difyctl.yaml', describe, isDefaulted });
}

/** Texts and rules that the JSON Schema needs beside the shape. */
interface Documentation {
  readonly title: string;
  describe(path: Path): string | undefined;
  /** True if a default fills the field, so that it is not required. */
  isDefaulted(path: Path): boolean;
}

/** JSON Schema (draft-07) of a file, with the meaning of each field. */
export function documented(schema: z.core.$ZodType, documentation: Documentation): JsonObject {
  const plain = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  return { title: documentation.title, ...(annotated(plain as Json, [], documentation) as JsonObject) };
}

/**
 * Adds descriptions to the schema of a path and of everything below it. Fields with defaults are no longer required,
 * and `oneOf` becomes `anyOf`.
 */
function annotated(schema: Json, path: Path, documentation: Documentation): Json {
  const { describe, isDefaulted } = documentation;
  if (!isObject(schema)) return schema;
  const { properties, items, anyOf, oneOf, additionalProperties, required, ...rest } = schema as JsonObject;
  const alternatives = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []));
  const description = path.length === 0 ? undefined : describe(path);
  const stillRequired = Array.isArray(required)
    ? (required as readonly string[]).filter((key) => !isDefaulted([...path, key]))
    : [];
  return {
    ...(description === undefined ? {} : { description }),
    ...rest,
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties as JsonObject).map(([key, below]) => [
              key,
              annotated(below, [...path, key], documentation),
            ]),
          ),
        }
      : {}),
    ...(items === undefined ? {} : { items: annotated(items, [...path, '*'], documentation) }),
    // If a default sets the key that chooses a branch, several branches may match: at least one must.
    ...(alternatives.length > 0
      ? { anyOf: alternatives.map((one) => undescribed(annotated(one, path, documentation))) }
      : {}),
    ...(stillRequired.length > 0 ? { required: stillRequired } : {}),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: annotated(additionalProperties, [...path, '*'], documentation) }),
  };
}

/** Removes the description of a branch: it has that of its field. */
function undescribed(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const { description: _, ...rest } = schema as JsonObject;
  return rest;
}
