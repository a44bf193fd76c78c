import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { probeVectorStore } from '../../../src/evidence/vector-store/collector.ts';
import type { VectorStoreFacts } from '../../../src/evidence/vector-store/facts.ts';
import { type Dial, dialHere } from '../../../src/net/dial.ts';
import { ProbeError } from '../../../src/net/probe-error.ts';
import { collectContext } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { healthyMilvus, startFakeMilvus } from '../../testbed/services/fake-milvus.ts';

/** Headers that carry the credentials of the providers. */
const KEYS = ['authorization', 'api-key', 'x-clickhouse-key'];

/**
 * Port of a server that closes the connection of a request without a key and answers any other request with an empty
 * object.
 */
async function serveWithKey(): Promise<number> {
  const server = createServer((request, response) => {
    if (KEYS.every((key) => request.headers[key] === undefined)) request.socket.destroy();
    else response.end('{}');
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function probe(store: JsonObject & { provider: string }, secret: string, dial: Dial): Promise<VectorStoreFacts> {
  const vectorStore = { mode: 'external', ...store };
  const deployment = parsedDeployment({ ...SAMPLE_FILES['prod-compose-s3-qdrant'], vectorStore });
  const secrets = { get: () => secret, has: () => true, unresolved: [] };
  return probeVectorStore(collectContext({ deployment, secrets, dial }), { limitMs: 2_000 });
}

test.each<[string, (port: number) => JsonObject]>([
  ['qdrant', (port) => ({ url: `http://127.0.0.1:${port}`, apiKey: { env: 'KEY' } })],
  [
    'weaviate',
    (port) => ({ url: `http://127.0.0.1:${port}`, grpcUrl: `grpc://127.0.0.1:${port}`, apiKey: { env: 'KEY' } }),
  ],
  ['elasticsearch', (port) => ({ url: `http://127.0.0.1:${port}`, password: { env: 'KEY' } })],
  ['opensearch', (port) => ({ url: `http://127.0.0.1:${port}`, password: { env: 'KEY' } })],
  ['myscale', (port) => ({ host: '127.0.0.1', port, password: { env: 'KEY' } })],
])('%s: an unanswered request without a key leaves the other facts', async (provider, block) => {
  const port = await serveWithKey();
  const { isAdmitted, isOpen, fault, writes } = await probe({ provider, [provider]: block(port) }, 'secret', dialHere);
  const how = expect.stringMatching(/^created and deleted /);
  expect({ isAdmitted, isOpen, fault, writes }).toEqual({ isAdmitted: true, writes: { seen: { how } } });
});

test('milvus: an unanswered request without a key leaves the other facts', async () => {
  const milvus = await startFakeMilvus();
  onTestFinished(() => milvus.stop());
  let connections = 0;
  const dialOnce: Dial = async (...args) => {
    connections += 1;
    if (connections > 1) throw new ProbeError('connect', 'ECONNREFUSED', 'refuses the connection');
    return dialHere(...args);
  };
  const store = { provider: 'milvus', milvus: { url: milvus.url, token: { env: 'KEY' } } };
  const { isAdmitted, isOpen, fault, writes } = await probe(store, healthyMilvus().credentials, dialOnce);
  const how = 'created and deleted a collection';
  expect({ isAdmitted, isOpen, fault, writes }).toEqual({ isAdmitted: true, writes: { seen: { how } } });
  expect(connections).toBe(2);
});
