import { secretPlaceholder } from '../chart-block.ts';
import { endpointOf, withPort } from '../endpoint.ts';
import { literal, optionalSecret } from '../env-entry.ts';
import { vectorStore } from './descriptor.ts';
import { addressQuestion, optionalKeyQuestion } from './fields.ts';

/** qdrant-client's port if the address has none, for both schemes. */
const CLIENT_PORT = 6333;
/** Seconds; upstream's default. */
const CLIENT_TIMEOUT = 20;

export const qdrant = vectorStore({
  id: 'qdrant',
  schema: ({ object, httpUrl, port, secretRef }) =>
    object({ url: httpUrl, grpcPort: port.optional(), apiKey: secretRef.optional() }),
  descriptions: { grpcPort: 'port for gRPC; absent: HTTP only' },
  questions: [
    addressQuestion('usually port 6333'),
    optionalKeyQuestion('DIFY_QDRANT_API_KEY'),
    {
      field: 'grpcPort',
      kind: 'number',
      title: 'gRPC port',
      why: 'Only if Dify should use gRPC (usually 6334).',
      asked: 'rarely',
      required: false,
    },
  ],
  url: ({ url }) => withPort(url, CLIENT_PORT),
  endpoints: ({ url, grpcPort }) => {
    const http = endpointOf(withPort(url, CLIENT_PORT));
    return grpcPort === undefined ? [http] : [http, { ...http, port: grpcPort }];
  },
  // Dify creates the collections, so its setting decides the number of copies: two in prod, upstream's one in test.
  env: ({ url, grpcPort, apiKey }, { tier }) => [
    literal('QDRANT_URL', url),
    optionalSecret('QDRANT_API_KEY', 'vectorStore.qdrant.apiKey', apiKey),
    literal('QDRANT_CLIENT_TIMEOUT', CLIENT_TIMEOUT),
    literal('QDRANT_GRPC_ENABLED', grpcPort !== undefined),
    ...(grpcPort === undefined ? [] : [literal('QDRANT_GRPC_PORT', grpcPort)]),
    literal('QDRANT_REPLICATION_FACTOR', tier === 'prod' ? 2 : 1),
  ],
  chart: ({ url, grpcPort, apiKey }) => {
    const grpc = { enabled: grpcPort !== undefined, ...(grpcPort === undefined ? {} : { port: grpcPort }) };
    return {
      values: {
        externalQdrant: {
          enabled: true,
          endpoint: url,
          apiKey: secretPlaceholder(apiKey),
          timeout: CLIENT_TIMEOUT,
          grpc,
        },
      },
      gives: {
        QDRANT_URL: url,
        QDRANT_CLIENT_TIMEOUT: String(CLIENT_TIMEOUT),
        QDRANT_GRPC_ENABLED: String(grpc.enabled),
        ...(grpcPort === undefined ? {} : { QDRANT_GRPC_PORT: String(grpcPort) }),
        ...(apiKey === undefined ? { QDRANT_API_KEY: '' } : {}),
      },
    };
  },
  chartSecrets: ['externalQdrant.apiKey'],
  // Dify's Enterprise documentation (Qdrant cluster) installs 1.7.3, upstream's Compose file 1.8.3. Not read again.
  minimum: { version: '1.7.3', reason: 'it is the oldest version that the documentation of Dify names' },
  usesGrpc: ({ grpcPort }) => grpcPort !== undefined,
  // The nodes use Raft: if one of two is lost, the other cannot create or change collections
  // (qdrant.tech/documentation/scaling/horizontal-scaling: three nodes or more).
  majority: 3,
  copies: {
    raise: 'set QDRANT_REPLICATION_FACTOR to 2 in components.api.extraEnv and components.worker.extraEnv, or remove it',
    again: (address, name) =>
      `POST http://${address}/collections/${encodeURIComponent(name)}/cluster with {"replicate_shard": …} for each shard, then PATCH its replication_factor`,
  },
  console: 'qcloud cluster list, or the cluster page of Qdrant Cloud: nodes and replication',
});
