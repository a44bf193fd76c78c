import type { Check } from '../check.ts';
import { counted, finding, pass, some } from '../judgement.ts';
import { error } from '../when.ts';
import { storeCheck, unasked } from './store-check.ts';

const schema = storeCheck({
  id: 'vector-store.schema',
  title: 'this version of Dify can search every collection',
  severity: error,
  when: ({ provider }) => provider === 'weaviate',
  remedy: 'migrate the collections with the guide of Dify 1.9.2, or index their knowledge bases again',
  judge: (seen) => {
    const { legacy } = seen.facts;
    if (legacy === undefined) return unasked(seen, 'this key may not read the schema');
    const expected = 'a vector named default in every collection of Dify';
    if (legacy.length === 0) return pass('every collection has this vector', expected);
    return finding('fail', {
      observed: `${counted(legacy.length, 'collection')} without this vector: ${some(legacy)}`,
      expected,
      message: `this version of Dify cannot search ${counted(legacy.length, 'collection')} created before 1.9.2: ${some(legacy)}`,
    });
  },
});

export const vectorStoreSchemaChecks: readonly Check[] = [schema];
