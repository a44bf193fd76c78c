import type { VectorStoreProvider } from '../../providers/vector-store/descriptor.ts';
import { VECTOR_STORES } from '../../providers/vector-store/registry.ts';
import { type Choice, type Question, whenever } from '../question.ts';
import { managedBy, managedPromises } from './fields.ts';
import { providerQuestions } from './provider.ts';

const PROVIDERS: readonly Choice[] = VECTOR_STORES.map(({ id, title }: VectorStoreProvider) => ({
  value: id,
  title: id,
  ...(title === undefined ? {} : { description: title }),
}));

const external = whenever({ 'vectorStore.mode': 'external' });
const using = (provider: string) => whenever({ 'vectorStore.mode': 'external', 'vectorStore.provider': provider });

/** The store, and the fields of each provider's block. */
export const vectorStoreQuestions: readonly Question[] = [
  {
    id: 'vectorStore.mode',
    fills: ['vectorStore.mode'],
    title: 'Vector store',
    why: 'It stores the embedded documents. A bundled store is a single copy: in prod it needs an accepted risk and backups.',
    kind: 'select',
    choices: ({ value }) => {
      const bundled = {
        value: 'bundled',
        title: 'bundled',
        description: value('tier') === 'prod' ? 'Weaviate, one copy: needs an accepted risk' : 'Weaviate, one copy',
      };
      const external = { value: 'external', title: 'external', description: 'an existing server' };
      return value('tier') === 'prod' ? [external, bundled] : [bundled, external];
    },
    asked: whenever({ tier: 'test' }),
    when: whenever({ tier: ['test', 'prod'] }),
    required: true,
  },
  {
    id: 'vectorStore.provider',
    fills: ['vectorStore.provider'],
    title: 'Which vector store',
    why: 'Dify writes to it and searches in it. If you change it later, every document must be embedded again.',
    kind: 'select',
    choices: () => PROVIDERS,
    asked: 'always',
    when: external,
    required: true,
  },
  ...VECTOR_STORES.flatMap(({ id, questions }: VectorStoreProvider) =>
    providerQuestions(`vectorStore.${id}`, using(id), questions),
  ),
  managedBy('vectorStore', external, 'rarely'),
  ...managedPromises('vectorStore'),
];
