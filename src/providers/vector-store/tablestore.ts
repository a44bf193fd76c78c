import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { literal, secret } from '../env-entry.ts';
import { KEY, required, secretField } from '../question.ts';
import { vectorStore } from './descriptor.ts';
import { ACCOUNT } from './fields.ts';

export const tablestore = vectorStore({
  id: 'tablestore',
  title: 'Alibaba Cloud Tablestore',
  schema: ({ object, httpUrl, line, secretRef }) =>
    object({
      endpoint: httpUrl,
      instanceName: line,
      accessKeyId: secretRef,
      accessKeySecret: secretRef,
    }),
  descriptions: {
    endpoint: 'address of the instance',
    instanceName: 'name of the instance',
    accessKeyId: 'where the access key id is',
    accessKeySecret: 'where the access key secret is',
  },
  questions: [
    required('endpoint', {
      title: 'Address of the vector store',
      why: 'The endpoint of the instance, with https://.',
    }),
    required('instanceName', { title: 'Name of the instance', why: ACCOUNT }),
    secretField('accessKeyId', 'DIFY_TABLESTORE_ACCESS_KEY_ID', { title: 'Access key id', why: KEY }),
    secretField('accessKeySecret', 'DIFY_TABLESTORE_ACCESS_KEY_SECRET', { title: 'Access key secret', why: KEY }),
  ],
  url: ({ endpoint }) => new URL(endpoint),
  env: ({ endpoint, instanceName }) => [
    literal('TABLESTORE_ENDPOINT', endpoint),
    literal('TABLESTORE_INSTANCE_NAME', instanceName),
    secret('TABLESTORE_ACCESS_KEY_ID', 'vectorStore.tablestore.accessKeyId'),
    secret('TABLESTORE_ACCESS_KEY_SECRET', 'vectorStore.tablestore.accessKeySecret'),
  ],
  chart: ({ endpoint, instanceName }) => ({
    values: {
      externalTableStore: {
        enabled: true,
        endpoint,
        instanceName,
        accessKeyId: SECRET_PLACEHOLDER,
        accessKeySecret: SECRET_PLACEHOLDER,
      },
    },
    gives: { TABLESTORE_ENDPOINT: endpoint, TABLESTORE_INSTANCE_NAME: instanceName },
  }),
  chartSecrets: ['externalTableStore.accessKeyId', 'externalTableStore.accessKeySecret'],
  hasDatabase: true,
  // Alibaba Cloud, Tablestore: "data reliability" page, three copies of all data.
  vendor: 'Alibaba Cloud',
});
