import type { JsonObject } from '../base/json.ts';
import { documented } from '../deployment/json-schema.ts';
import { describePolicy } from './descriptions.ts';
import { policySchema } from './schema.ts';

/** JSON Schema (draft-07) of a policy, each field with its meaning. */
export function policyJsonSchema(): JsonObject {
  return documented(policySchema, { title: 'policy.yaml', describe: describePolicy, isDefaulted: () => false });
}
