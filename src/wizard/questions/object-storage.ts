import type { ObjectStoreProvider } from '../../providers/object-storage/descriptor.ts';
import { OBJECT_STORES } from '../../providers/object-storage/registry.ts';
import { type Answers, byDefault, type Choice, type Question, whenever } from '../question.ts';
import { defaultedField, managedBy, managedPromises, optionalText, requiredText, secretReference } from './fields.ts';
import { providerQuestions } from './provider.ts';

const BUCKET = 'It must exist, with versioning on: difyctl checks it and does not create it.';
const KEY = 'The file holds a reference, never the key: env:NAME, file:PATH or kubernetes:NAME/KEY.';

const PROVIDERS: readonly Choice[] = [
  { value: 's3', title: 's3', description: 'Amazon S3, MinIO, Ceph, R2 and compatible' },
  ...OBJECT_STORES.map(({ id, title }) => ({ value: id, title: id, description: title })),
];
const LOCAL: Choice = { value: 'local', title: 'local', description: 'a volume beside Dify, one copy' };

const using = (provider: string) => whenever({ 'objectStorage.provider': provider });
/** True if the store is Amazon S3 itself. */
const isAmazon = (answers: Answers): boolean => answers.explicit('objectStorage.s3.endpoint') === undefined;
/** True if the provider uses keys instead of an identity. */
const withKeys =
  (provider: string, block: string) =>
  (answers: Answers): boolean =>
    using(provider)(answers) && answers.explicit(`objectStorage.${block}.identity`) === undefined;

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
  ...s3Questions(),
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

function s3Questions(): readonly Question[] {
  const s3 = using('s3');
  return [
    optionalText('objectStorage.s3.endpoint', s3, {
      title: 'Endpoint (leave empty for Amazon S3)',
      why: 'The address of MinIO, Ceph or another S3 service, seen from where Dify runs.',
      asked: 'always',
    }),
    optionalText('objectStorage.s3.caFile', s3, {
      title: 'Certificate authority of the endpoint (PEM file)',
      why: 'Only if its certificate is signed by an authority of your own. Relative to difyctl.yaml.',
    }),
    requiredText('objectStorage.s3.bucket', s3, { title: 'Bucket', why: BUCKET }),
    pluginBucket('objectStorage.s3', s3),
    defaultedField('objectStorage.s3.region', s3, 'us-east-1', {
      title: 'Region',
      why: 'Requests are signed for it, and Amazon refuses those for another region. Services other than Amazon mostly ignore it.',
      asked: isAmazon,
    }),
    {
      id: 'objectStorage.s3.addressStyle',
      fills: ['objectStorage.s3.addressStyle'],
      title: 'S3 address style (virtual-hosted or path)',
      why: 'MinIO and Ceph usually need path; auto lets the client decide.',
      kind: 'select',
      choices: () => ['auto', 'virtual', 'path'].map((value) => ({ value, title: value })),
      asked: 'rarely',
      when: s3,
      required: true,
      offer: byDefault('auto'),
    },
    identity('objectStorage.s3', s3, {
      why: 'workload: Amazon knows the pods by their service account (an IAM role, EKS Pod Identity) or by their machine, and no key exists.',
      role: 'an IAM role, no keys',
      keys: { title: 'access key', description: 'a pair of keys' },
      asked: isAmazon,
    }),
    secretReference('objectStorage.s3.accessKey', withKeys('s3', 's3'), 'DIFY_S3_ACCESS_KEY', {
      title: 'Access key',
      why: KEY,
    }),
    secretReference('objectStorage.s3.secretKey', withKeys('s3', 's3'), 'DIFY_S3_SECRET_KEY', {
      title: 'Secret key',
      why: KEY,
    }),
  ];
}

interface IdentityWords {
  readonly why: string;
  readonly role: string;
  readonly keys: Omit<Choice, 'value'>;
  readonly asked: Question['asked'];
}

/** Access with keys, or with the identity of pods or machines. */
function identity(prefix: string, when: Question['when'], { why, role, keys, asked }: IdentityWords): Question {
  return {
    id: `${prefix}.identity`,
    fills: [`${prefix}.identity`],
    title: 'Access to the bucket',
    why,
    kind: 'select',
    choices: () => [{ value: 'workload', title: 'workload identity', description: role }],
    leftOut: () => keys,
    asked,
    when,
    required: false,
  };
}

function pluginBucket(prefix: string, when: Question['when']): Question {
  return optionalText(`${prefix}.pluginBucket`, when, {
    title: 'Bucket of the plugin packages',
    why: 'Without one it is the name of the bucket with -plugin appended. It must exist too.',
  });
}
