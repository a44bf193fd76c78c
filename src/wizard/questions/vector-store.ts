import { type Choice, type Question, whenever } from '../question.ts';
import {
  defaultedField,
  managedBy,
  managedPromises,
  optionalText,
  requiredText,
  secretReference,
  userAndPassword,
} from './fields.ts';

const KEY = 'Only where it is kept is written to the file, never the key: env:NAME, file:PATH or kubernetes:NAME/KEY.';
const ACCOUNT = "As the vendor's console shows it.";

const PROVIDERS: readonly Choice[] = [
  { value: 'qdrant', title: 'qdrant' },
  { value: 'weaviate', title: 'weaviate' },
  { value: 'milvus', title: 'milvus' },
  { value: 'pgvector', title: 'pgvector', description: 'PostgreSQL with the extension vector' },
  { value: 'elasticsearch', title: 'elasticsearch' },
  { value: 'tencent', title: 'tencent', description: 'Tencent Cloud VectorDB' },
  { value: 'myscale', title: 'myscale' },
  { value: 'tablestore', title: 'tablestore', description: 'Alibaba Cloud Tablestore' },
];

const external = whenever({ 'vectorStore.mode': 'external' });
const using = (provider: string) => whenever({ 'vectorStore.mode': 'external', 'vectorStore.provider': provider });

/** Which store, and the fields of each provider's block. */
export const vectorStoreQuestions: readonly Question[] = [
  {
    id: 'vectorStore.mode',
    fills: ['vectorStore.mode'],
    title: 'Vector store',
    why: 'It holds the embedded documents. A bundled one is a single copy: in prod it is possible only as an accepted risk, with backups.',
    kind: 'select',
    choices: ({ value }) => {
      const bundled = {
        value: 'bundled',
        title: 'bundled',
        description: value('tier') === 'prod' ? 'Weaviate, one copy: a risk to be accepted' : 'Weaviate, one copy',
      };
      const external = { value: 'external', title: 'external', description: 'a server that is there already' };
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
    why: 'Dify writes to it and searches in it; changing it later means embedding every document again.',
    kind: 'select',
    choices: () => PROVIDERS,
    asked: 'always',
    when: external,
    required: true,
  },
  ...addressed('qdrant', 'DIFY_QDRANT_API_KEY', 'usually port 6333'),
  port('vectorStore.qdrant.grpcPort', using('qdrant')),
  ...addressed('weaviate', 'DIFY_WEAVIATE_API_KEY', 'usually port 8080'),
  optionalText('vectorStore.weaviate.grpcUrl', using('weaviate'), {
    title: 'gRPC address of Weaviate, host:port',
    why: 'Every search of Dify uses it; usually port 50051 of the same host. Left out, it is the host of the address and port 50051.',
    asked: 'always',
  }),
  ...milvusQuestions(),
  ...sqlQuestions('pgvector', { port: 5432, variable: 'DIFY_PGVECTOR_PASSWORD' }),
  ...elasticsearchQuestions(),
  ...tencentQuestions(),
  ...sqlQuestions('myscale', { port: 8123, username: 'default', variable: 'DIFY_MYSCALE_PASSWORD' }),
  ...tablestoreQuestions(),
  managedBy('vectorStore', external, 'rarely'),
  ...managedPromises('vectorStore'),
];

function addressed(provider: string, variable: string, hint: string): readonly Question[] {
  const prefix = `vectorStore.${provider}`;
  return [
    requiredText(`${prefix}.url`, using(provider), {
      title: 'Address of the vector store',
      why: `With scheme and port (${hint}), seen from where Dify runs.`,
    }),
    secretReference(`${prefix}.apiKey`, using(provider), variable, { title: 'API key', why: KEY, required: false }),
  ];
}

function port(path: string, when: Question['when']): Question {
  return {
    id: path,
    fills: [path],
    title: 'gRPC port',
    why: 'Only where Dify should talk gRPC to it (usually 6334).',
    kind: 'number',
    asked: 'rarely',
    when,
    required: false,
  };
}

/** The stores to whose clients Dify can hand an authority. */
function authority(provider: 'milvus' | 'elasticsearch'): Question {
  return optionalText(`vectorStore.${provider}.caFile`, using(provider), {
    title: 'Certificate authority of the vector store (PEM file)',
    why: 'Only where its certificate is signed by an authority of your own. Relative to difyctl.yaml.',
  });
}

function milvusQuestions(): readonly Question[] {
  const when = using('milvus');
  const [token, username, password] = ['token', 'username', 'password'].map((key) => `vectorStore.milvus.${key}`);
  const unlessSaid =
    (...paths: readonly (string | undefined)[]): Question['when'] =>
    (answers) =>
      when(answers) && paths.every((path) => answers.said(path ?? '') === undefined);
  return [
    requiredText('vectorStore.milvus.url', when, {
      title: 'Address of the vector store',
      why: 'With scheme and port (usually 19530), seen from where Dify runs.',
    }),
    authority('milvus'),
    defaultedField('vectorStore.milvus.database', when, 'default', {
      title: 'Database in Milvus',
      why: 'Only where it shares a Milvus with others.',
    }),
    secretReference('vectorStore.milvus.token', unlessSaid(username, password), 'DIFY_MILVUS_TOKEN', {
      title: 'Token',
      why: `${KEY} Leave it out to use a user and a password.`,
      required: false,
    }),
    ...userAndPassword('vectorStore.milvus', unlessSaid(token), 'DIFY_MILVUS_PASSWORD', {
      title: 'User of the vector store',
      why: 'Where there is no token.',
    }),
  ];
}

interface SqlStore {
  readonly port: number;
  readonly username?: string;
  readonly variable: string;
}

function sqlQuestions(provider: string, { port: usual, username, variable }: SqlStore): readonly Question[] {
  const when = using(provider);
  const prefix = `vectorStore.${provider}`;
  const user = { title: 'User of the vector store', why: 'It owns the tables of the embedded documents.' };
  return [
    requiredText(`${prefix}.host`, when, {
      title: 'Host of the vector store',
      why: 'The name that the Dify processes use, seen from where they run.',
    }),
    defaultedField(`${prefix}.port`, when, usual, {
      title: 'Port of the vector store',
      why: 'Only where it is another one.',
    }),
    username === undefined
      ? requiredText(`${prefix}.username`, when, user)
      : defaultedField(`${prefix}.username`, when, username, user),
    secretReference(`${prefix}.password`, when, variable, { title: 'Password of the vector store', why: KEY }),
    defaultedField(`${prefix}.database`, when, 'dify', { title: 'Database of the vectors', why: 'It must exist.' }),
  ];
}

function elasticsearchQuestions(): readonly Question[] {
  const when = using('elasticsearch');
  return [
    requiredText('vectorStore.elasticsearch.url', when, {
      title: 'Address of the vector store',
      why: 'With scheme and port (usually 9200), seen from where Dify runs.',
    }),
    authority('elasticsearch'),
    defaultedField('vectorStore.elasticsearch.username', when, 'elastic', {
      title: 'User of the vector store',
      why: 'It may make and write indices.',
    }),
    secretReference('vectorStore.elasticsearch.password', when, 'DIFY_ELASTICSEARCH_PASSWORD', {
      title: 'Password of the vector store',
      why: KEY,
    }),
  ];
}

function tencentQuestions(): readonly Question[] {
  const when = using('tencent');
  return [
    requiredText('vectorStore.tencent.url', when, {
      title: 'Address of the vector store',
      why: 'With scheme and port, seen from where Dify runs.',
    }),
    secretReference('vectorStore.tencent.apiKey', when, 'DIFY_TENCENT_VECTOR_API_KEY', { title: 'API key', why: KEY }),
    defaultedField('vectorStore.tencent.username', when, 'root', { title: 'User of the vector store', why: ACCOUNT }),
    defaultedField('vectorStore.tencent.database', when, 'dify', { title: 'Database of the vectors', why: ACCOUNT }),
  ];
}

function tablestoreQuestions(): readonly Question[] {
  const when = using('tablestore');
  return [
    requiredText('vectorStore.tablestore.endpoint', when, {
      title: 'Address of the vector store',
      why: 'The endpoint of the instance, with https://.',
    }),
    requiredText('vectorStore.tablestore.instanceName', when, { title: 'Name of the instance', why: ACCOUNT }),
    secretReference('vectorStore.tablestore.accessKeyId', when, 'DIFY_TABLESTORE_ACCESS_KEY_ID', {
      title: 'Access key id',
      why: KEY,
    }),
    secretReference('vectorStore.tablestore.accessKeySecret', when, 'DIFY_TABLESTORE_ACCESS_KEY_SECRET', {
      title: 'Access key secret',
      why: KEY,
    }),
  ];
}
