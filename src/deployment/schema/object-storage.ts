import * as z from 'zod';
import { filePath } from '../../base/fields.ts';
import type { ObjectStoreProvider } from '../../providers/object-storage/descriptor.ts';
import { OBJECT_STORES } from '../../providers/object-storage/registry.ts';
import { SCHEMA_FIELDS } from '../../providers/schema-fields.ts';
import { managed } from './service.ts';

const local = z.strictObject({
  provider: z.literal('local'),
  local: z
    .strictObject({
      path: filePath.optional(),
      accessMode: z.enum(['ReadWriteOnce', 'ReadWriteMany']).optional(),
    })
    .optional(),
});

type Section<Provider> =
  Provider extends ObjectStoreProvider<infer Id, infer Name, infer Block>
    ? z.ZodObject<
        { readonly provider: z.ZodLiteral<Id>; readonly managed: z.ZodOptional<typeof managed> } & {
          readonly [Key in Name]: Block;
        },
        z.core.$strict
      >
    : never;
type Sections<Providers extends readonly unknown[]> = { [Index in keyof Providers]: Section<Providers[Index]> };

/** One branch for each store with a descriptor. */
const described = OBJECT_STORES.map(({ id, block, schema }) =>
  z.strictObject({ provider: z.literal(id), [block]: schema(SCHEMA_FIELDS), managed: managed.optional() }),
) as unknown as Sections<typeof OBJECT_STORES>;

export const objectStorage = z.discriminatedUnion('provider', [...described, local]);
export type ObjectStorage = z.output<typeof objectStorage>;
