import * as z from 'zod';
import { filePath } from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';
import { deploymentSchema } from './deployment.ts';

/**
 * The schema as a tree of names: which keys are possible at each path, in the order of the schema. Flags, suggestions
 * and saving use it.
 */
export type Shape =
  | { readonly kind: 'object'; readonly branches: readonly Branch[]; readonly scalar: Shape | undefined }
  | { readonly kind: 'record'; readonly value: Shape }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'secret' }
  | { readonly kind: 'path' }
  | { readonly kind: 'string' | 'number' | 'boolean'; readonly choices: readonly string[] }
  | { readonly kind: 'any' };

/**
 * One alternative of an object: its keys, and those whose literal value chooses it (`mode: external`). The values
 * include undefined if the literal is the default.
 */
export interface Branch {
  readonly keys: ReadonlyMap<string, Shape>;
  readonly chosenBy: ReadonlyMap<string, readonly (string | undefined)[]>;
}

/** The shape of the deployment file. */
export const DEPLOYMENT_SHAPE: Shape = shapeOf(deploymentSchema);

/**
 * All shapes that are possible at a path, over all branches. In a path, a list index matches any item and a record's
 * key any value.
 */
export function shapesAt(path: readonly (string | number)[], root: Shape = DEPLOYMENT_SHAPE): readonly Shape[] {
  return path.reduce<readonly Shape[]>((shapes, step) => shapes.flatMap((shape) => below(shape, step)), [root]);
}

/** The branches of the object at a path, over all branches above it. */
export function branchesAt(path: readonly (string | number)[], root: Shape = DEPLOYMENT_SHAPE): readonly Branch[] {
  return shapesAt(path, root).flatMap((shape) => (shape.kind === 'object' ? shape.branches : []));
}

function below(shape: Shape, step: string | number): readonly Shape[] {
  switch (shape.kind) {
    case 'object':
      return shape.branches.flatMap(({ keys }) => keys.get(String(step)) ?? []);
    case 'record':
      return [shape.value];
    case 'list':
      return typeof step === 'number' ? [shape.item] : [];
    case 'any':
      return [shape];
    default:
      return [];
  }
}

/**
 * Converts a zod schema. Supports the kinds of schema that the files use; throws TypeError for any other, which is a
 * bug.
 */
export function shapeOf(schema: z.core.$ZodType): Shape {
  if (schema === secretRef) return { kind: 'secret' };
  if (schema === filePath) return { kind: 'path' };
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return shapeOf(schema.def.innerType);
  }
  if (schema instanceof z.ZodObject) return objectShape(schema);
  if (schema instanceof z.ZodUnion) return unionShape(schema.def.options.map(shapeOf));
  if (schema instanceof z.ZodArray) return { kind: 'list', item: shapeOf(schema.def.element) };
  if (schema instanceof z.ZodRecord) return { kind: 'record', value: shapeOf(schema.def.valueType) };
  if (schema instanceof z.ZodPipe) return shapeOf(schema.def.in);
  if (schema instanceof z.ZodEnum) return { kind: 'string', choices: schema.options.map(String) };
  if (schema instanceof z.ZodLiteral) return literalShape([...schema.values]);
  if (schema instanceof z.ZodNumber) return { kind: 'number', choices: [] };
  if (schema instanceof z.ZodBoolean) return { kind: 'boolean', choices: [] };
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return { kind: 'string', choices: [] };
  if (schema instanceof z.ZodLazy) return { kind: 'any' };
  throw new TypeError(`no shape for a schema of type ${schema._zod.def.type}`);
}

function objectShape(schema: z.ZodObject): Shape {
  const entries = Object.entries(schema.shape);
  const chosenBy = entries.flatMap(([key, value]) => {
    const literals = literalsOf(value);
    return literals.some((literal) => literal !== undefined) ? [[key, literals] as const] : [];
  });
  const keys = new Map(entries.map(([key, value]) => [key, shapeOf(value)]));
  return { kind: 'object', branches: [{ keys, chosenBy: new Map(chosenBy) }], scalar: undefined };
}

function literalsOf(schema: z.core.$ZodType): readonly (string | undefined)[] {
  if (schema instanceof z.ZodDefault) return [...literalsOf(schema.def.innerType), undefined];
  return schema instanceof z.ZodLiteral ? [...schema.values].map(String) : [];
}

function literalShape(values: readonly unknown[]): Shape {
  const kind = typeof values[0];
  if (kind !== 'string' && kind !== 'number' && kind !== 'boolean') return { kind: 'any' };
  return { kind, choices: values.map(String) };
}

/**
 * Objects become branches of one object. Of several scalars only the first is kept (a number that may also be written
 * as text).
 */
function unionShape(options: readonly Shape[]): Shape {
  const scalar = options.find((option) => option.kind !== 'object');
  const branches = options.flatMap((option) => (option.kind === 'object' ? option.branches : []));
  if (branches.length > 0) return { kind: 'object', branches, scalar };
  return scalar ?? { kind: 'any' };
}
