import { byDefault, type Question, whenever } from '../question.ts';

const onKubernetes = whenever({ 'target.type': 'kubernetes' });
const isStored = whenever({ 'target.type': 'kubernetes', 'secrets.provider': 'external-secrets' });

/** Who creates the Secret. Asked before the data services, because it decides what their passwords refer to. */
export const secretStoreQuestions: readonly Question[] = [
  {
    id: 'secrets.provider',
    fills: ['secrets.provider'],
    title: 'Who creates the Secret',
    why: 'External Secrets Operator creates it from a store of the cluster, such as Vault. Every password then has the reference external in place of env:NAME.',
    kind: 'select',
    choices: () => [
      { value: 'external-secrets', title: 'External Secrets', description: 'from a store of the cluster' },
    ],
    leftOut: () => ({ title: 'difyctl', description: 'from variables and files, and keys that difyctl generates' }),
    asked: 'rarely',
    when: onKubernetes,
    required: false,
  },
  {
    id: 'secrets.store.kind',
    fills: ['secrets.store.kind'],
    title: 'Kind of the store',
    why: 'A SecretStore is in the namespace of Dify. A ClusterSecretStore serves several namespaces.',
    kind: 'select',
    choices: () => ['SecretStore', 'ClusterSecretStore'].map((value) => ({ value, title: value })),
    asked: 'always',
    when: isStored,
    required: true,
    offer: byDefault('SecretStore'),
  },
  {
    id: 'secrets.store.name',
    fills: ['secrets.store.name'],
    title: 'Name of the store',
    why: 'The name that kubectl get secretstores or kubectl get clustersecretstores shows.',
    kind: 'text',
    asked: 'always',
    when: isStored,
    required: true,
  },
];
