import * as z from 'zod';
import { secretRef } from '../../base/secret-ref.ts';
import { SCHEMA_FIELDS } from '../../providers/schema-fields.ts';
import type { VectorStoreProvider } from '../../providers/vector-store/descriptor.ts';
import { VECTOR_STORES } from '../../providers/vector-store/registry.ts';
import { managed } from './service.ts';

interface Frame<Id extends string> {
  readonly mode: z.ZodLiteral<'external'>;
  readonly provider: z.ZodLiteral<Id>;
  readonly managed: z.ZodOptional<typeof managed>;
}
type Section<Provider> =
  Provider extends VectorStoreProvider<infer Id, infer Block>
    ? z.ZodObject<Frame<Id> & { readonly [Name in Id]: Block }, z.core.$strict>
    : never;
type Sections<Providers extends readonly unknown[]> = { [Index in keyof Providers]: Section<Providers[Index]> };

/** One branch for each provider, with the block of that provider's name and no other. */
const sections = VECTOR_STORES.map(({ id, schema }) =>
  z.strictObject({
    mode: z.literal('external'),
    provider: z.literal(id),
    [id]: schema(SCHEMA_FIELDS),
    managed: managed.optional(),
  }),
) as unknown as Sections<typeof VECTOR_STORES>;

const externalVectorStore = z.discriminatedUnion('provider', sections);

/** Weaviate is the only store that the community chart and upstream's Compose both ship by default. */
const bundledVectorStore = z.strictObject({
  mode: z.literal('bundled'),
  provider: z.literal('weaviate').default('weaviate'),
  apiKey: secretRef.optional(),
});

export const vectorStore = z.discriminatedUnion('mode', [bundledVectorStore, externalVectorStore]);
export type VectorStore = z.output<typeof vectorStore>;
