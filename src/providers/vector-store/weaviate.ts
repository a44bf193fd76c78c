import { secretPlaceholder } from '../chart-block.ts';
import { endpointOf } from '../endpoint.ts';
import { literal, optionalSecret } from '../env-entry.ts';
import { optional } from '../question.ts';
import { vectorStore } from './descriptor.ts';
import { addressQuestion, optionalKeyQuestion } from './fields.ts';

export const weaviate = vectorStore({
  id: 'weaviate',
  schema: ({ object, grpcAddress, httpUrl, secretRef }) =>
    object({
      url: httpUrl,
      grpcUrl: grpcAddress.optional(),
      apiKey: secretRef.optional(),
    }),
  descriptions: { grpcUrl: 'host:port for gRPC' },
  questions: [
    addressQuestion('usually port 8080'),
    optionalKeyQuestion('DIFY_WEAVIATE_API_KEY'),
    optional('grpcUrl', {
      title: 'gRPC address of Weaviate, host:port',
      why: 'Dify uses it for every search. Default: port 50051 of the host above.',
      asked: 'always',
    }),
  ],
  url: ({ url }) => new URL(url),
  endpoints: ({ url, grpcUrl }) =>
    [url, ...(grpcUrl === undefined ? [] : [`grpc://${grpcUrl.replace(/^grpcs?:\/\//, '')}`])].map((text) =>
      endpointOf(new URL(text)),
    ),
  env: ({ url, grpcUrl, apiKey }) => [
    literal('WEAVIATE_ENDPOINT', url),
    ...(grpcUrl === undefined ? [] : [literal('WEAVIATE_GRPC_ENDPOINT', grpcUrl)]),
    optionalSecret('WEAVIATE_API_KEY', 'vectorStore.weaviate.apiKey', apiKey),
  ],
  chart: ({ url, grpcUrl, apiKey }) => ({
    values: {
      externalWeaviate: {
        enabled: true,
        endpoint: { http: url, grpc: grpcUrl ?? '' },
        apiKey: secretPlaceholder(apiKey),
      },
    },
    gives: {
      WEAVIATE_ENDPOINT: url,
      ...(grpcUrl === undefined ? {} : { WEAVIATE_GRPC_ENDPOINT: grpcUrl }),
      ...(apiKey === undefined ? { WEAVIATE_API_KEY: '' } : {}),
    },
  }),
  chartSecrets: ['externalWeaviate.apiKey'],
  // docs.dify.ai/en/self-host/deploy/troubleshooting/weaviate-v4-migration: since 1.9.2 Dify uses client v4, which
  // needs server 1.27 or newer.
  minimum: { version: '1.27.0', reason: "Dify's client (v4) works with 1.27 and newer", since: '1.9.2' },
  usesGrpc: () => true,
  // Since 1.25 the nodes use Raft: if one of two is lost, the other is not ready (seen with 1.35).
  majority: 3,
  copies: { raise: 'set REPLICATION_MINIMUM_FACTOR=2 on every Weaviate node' },
});
