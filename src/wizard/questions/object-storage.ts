import type { ObjectStoreProvider } from '../../providers/object-storage/descriptor.ts';
import { OBJECT_STORES } from '../../providers/object-storage/registry.ts';
import { type Choice, type Question, whenever } from '../question.ts';
import { managedBy, managedPromises, optionalText } from './fields.ts';
import { providerQuestions } from './provider.ts';

const PROVIDERS: readonly Choice[] = [
  ...OBJECT_STORES.map(({ id, title }) => ({ value: id, title: id, description: title })),
];
const LOCAL: Choice = { value: 'local', title: 'local', description: 'a volume beside Dify, one copy' };

const using = (provider: string) => whenever({ 'objectStorage.provider': provider });
/** The provider, and the fields of each provider's block in the order of asking. */
export const objectStorageQuestions: readonly Question[] = [
  {
    id: 'objectStorage.provider',
    fills: ['objectStorage.provider'],
    title: 'Object storage',
    why: 'Uploaded files and plugin packages. On a local volume every replica needs the same disk: prod needs a bucket.',
    kind: 'select',
    choices: ({ value }) => (value('tier') === 'prod' ? [...PROVIDERS, LOCAL] : [LOCAL, ...PROVIDERS]),
    asked: 'always',
    when: whenever({ tier: ['test', 'prod'] }),
    required: true,
  },
  ...OBJECT_STORES.flatMap(({ id, block, questions }: ObjectStoreProvider) =>
    providerQuestions(`objectStorage.${block}`, using(id), questions),
  ),
  optionalText('objectStorage.local.path', using('local'), {
    title: 'Path of the files on the host',
    why: 'Only if the default location is unsuitable.',
  }),
  managedBy('objectStorage', (answers) => PROVIDERS.some(({ value }) => using(value)(answers)), 'rarely'),
  ...managedPromises('objectStorage'),
];
