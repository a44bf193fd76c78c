import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { endpointsOf } from '../../src/evidence/endpoint-list.ts';
import { hostPorts } from '../../src/evidence/host/ports.ts';
import { tryToConnect } from '../../src/evidence/tcp.ts';
import { SAMPLE_NAMES, sampleDeployment } from '../support/deployments.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function listening(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

describe('the endpoints of a deployment', () => {
  const addresses = (name: (typeof SAMPLE_NAMES)[number]) =>
    endpointsOf(sampleDeployment(name)).map(({ service, host, port }) => `${service} ${host}:${port}`);

  it('are every address of every external service', () => {
    expect(addresses('prod-kubernetes-sentinel-without-agent')).toEqual([
      'postgres pg.example.internal:5432',
      'redis s1.example.internal:26379',
      'redis s2.example.internal:26379',
      'redis s3.example.internal:26379',
      'object-storage storage.googleapis.com:443',
      'vector-store weaviate.example.internal:443',
      'vector-store weaviate.example.internal:50051',
    ]);
  });

  it('are empty if every service is bundled', () => {
    expect(addresses('test-compose-bundled')).toEqual([]);
  });

  it.each(SAMPLE_NAMES)('have a host and a port: %s', (name) => {
    for (const { host, port } of endpointsOf(sampleDeployment(name))) {
      expect(host).toMatch(/^[^/:@]+$/);
      expect(port).toBeGreaterThan(0);
    }
  });
});

describe('connecting', () => {
  const signal = new AbortController().signal;

  it('to a listener', async () => {
    expect(await tryToConnect('127.0.0.1', await listening(), 5_000, signal)).toBe('connected');
  });

  it('to a closed port', async () => {
    const port = await listening();
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    expect(await tryToConnect('127.0.0.1', port, 5_000, signal)).toBe('refused');
  });

  it('to a name that does not resolve', async () => {
    expect(await tryToConnect('nobody.invalid', 80, 20_000, signal)).toBe('unresolved');
  });

  it('ends with its caller', async () => {
    expect(await tryToConnect('127.0.0.1', 9, 5_000, AbortSignal.abort())).toBe('timeout');
  });
});

it.each([
  ['0.0.0.0:80->80/tcp, [::]:80->80/tcp', [80]],
  ['127.0.0.1:8080-8082->8080-8082/tcp', [8080, 8081, 8082]],
  ['5432/tcp', []],
  ['', []],
])('published ports of docker: %j', (text, ports) => {
  expect(hostPorts(text)).toEqual(ports);
});
