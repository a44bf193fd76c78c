import type { Check } from '../check.ts';
import { vectorStoreAccessChecks } from './access.ts';
import { vectorStoreRedundancyChecks } from './redundancy.ts';
import { vectorStoreSchemaChecks } from './schema.ts';
import { vectorStoreServiceChecks } from './service.ts';
import { vectorStoreSingle } from './single-point-of-failure.ts';

/** Every check of the vector store except its address, in the order in which a client connects and works. */
export const vectorStoreChecks: readonly Check[] = [
  ...vectorStoreAccessChecks,
  ...vectorStoreServiceChecks,
  ...vectorStoreSchemaChecks,
  ...vectorStoreRedundancyChecks,
  vectorStoreSingle,
];
