import type { Check } from '../check.ts';
import { vectorStoreAccessChecks } from './access.ts';
import { vectorStoreRedundancyChecks } from './redundancy.ts';
import { vectorStoreSchemaChecks } from './schema.ts';
import { vectorStoreServiceChecks } from './service.ts';
import { vectorStoreSingle } from './single-point-of-failure.ts';

/** Every question about the vector store but its address, in the order in which a client meets the answers. */
export const vectorStoreChecks: readonly Check[] = [
  ...vectorStoreAccessChecks,
  ...vectorStoreServiceChecks,
  ...vectorStoreSchemaChecks,
  ...vectorStoreRedundancyChecks,
  vectorStoreSingle,
];
