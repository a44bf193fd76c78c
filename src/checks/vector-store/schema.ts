import type { Check } from '../check.ts';
import { counted, finding, pass, some } from '../judgement.ts';
import { error } from '../when.ts';
import { storeCheck, unasked } from './store-check.ts';

const schema = storeCheck({
  id: 'vector-store.schema',
  title: 'collections have the form that this Dify searches',
  severity: error,
  when: ({ provider }) => provider === 'weaviate',
  remedy: 'migrate them as the guide of Dify 1.9.2 says, or index their knowledge bases again',
  judge: (seen) => {
    const { legacy } = seen.facts;
    if (legacy === undefined) return unasked(seen, 'its schema is not shown to this key');
    const expected = 'a vector named default in every collection of Dify';
    if (legacy.length === 0) return pass('every collection has it', expected);
    return finding('fail', {
      observed: `${counted(legacy.length, 'collection')} without it: ${some(legacy)}`,
      expected,
      message: `${counted(legacy.length, 'collection')} made by Dify before 1.9.2, which this one cannot search: ${some(legacy)}`,
    });
  },
});

export const vectorStoreSchemaChecks: readonly Check[] = [schema];
