import * as z from 'zod';
import { deploymentSchema } from './schema/deployment.ts';

/** Where the schema of this release can be had; the first line of files that difyctl writes names it. */
export const SCHEMA_ID = 'https://difyctl.dev/schema/v1.json';

/** JSON Schema (draft-07, which editors know best) of what a file may say. */
export function deploymentJsonSchema(): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(deploymentSchema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'difyctl.yaml' };
}
