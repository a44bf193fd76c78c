import * as z from 'zod';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { isDefaulted } from './defaults.ts';
import type { Path } from './paths.ts';
import { deploymentSchema } from './schema/deployment.ts';
import { describe } from './schema/descriptions.ts';

/**
 * JSON Schema (draft-07, which editors know best) of what a file may say, each field with its meaning. What a tier's defaults fill in is
 * not required, so a file that leaves it out is valid here as it is for `difyctl validate`.
 */
export function deploymentJsonSchema(): JsonObject {
  return documented(deploymentSchema, { title: 'difyctl.yaml', describe, isDefaulted });
}

/** What a file's JSON Schema says beyond its shape. */
interface Documentation {
  readonly title: string;
  describe(path: Path): string | undefined;
  /** What something else fills in need not be there. */
  isDefaulted(path: Path): boolean;
}

/** JSON Schema (draft-07) of a file, each field with its meaning. */
export function documented(schema: z.core.$ZodType, documentation: Documentation): JsonObject {
  const plain = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  return { title: documentation.title, ...(annotated(plain as Json, [], documentation) as JsonObject) };
}

/** The schema of one place: described, its alternatives open to defaults that come later, and so with everything below it. */
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
    // Where the key that chooses a branch is left to a default, several branches may fit: one of them must.
    ...(alternatives.length > 0
      ? { anyOf: alternatives.map((one) => undescribed(annotated(one, path, documentation))) }
      : {}),
    ...(stillRequired.length > 0 ? { required: stillRequired } : {}),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: annotated(additionalProperties, [...path, '*'], documentation) }),
  };
}

/** A branch means what its place means. */
function undescribed(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const { description: _, ...rest } = schema as JsonObject;
  return rest;
}
