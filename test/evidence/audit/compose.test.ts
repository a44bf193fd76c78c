import { describe, expect, it } from 'vitest';
import type { EngineContainer } from '../../../src/evidence/audit/compose/containers.ts';
import { auditedServices, serviceVariables } from '../../../src/evidence/audit/compose/workloads.ts';
import { auditSecrets } from '../../../src/evidence/audit/variables.ts';

function container(service: string, over: Partial<EngineContainer> = {}): EngineContainer {
  return {
    service,
    image: 'langgenius/dify-api:1.16.1',
    environment: {},
    command: [],
    restart: 'always',
    state: 'running',
    exitCode: 0,
    memory: 0,
    hasHealthCheck: false,
    published: [],
    networks: ['dify_default'],
    ...over,
  };
}

const CONTAINERS = [
  container('api', { hasHealthCheck: true, memory: 2 ** 30 }),
  container('api'),
  container('jobs', { environment: { MODE: 'worker', SECRET_KEY: 'dify-sandbox' } }),
  container('init_permissions', { image: 'busybox:latest', restart: 'no', state: 'exited' }),
  container('db', {
    image: 'postgres:15-alpine',
    published: [{ port: 5432, address: '0.0.0.0', hostPort: 5432 }],
  }),
  container('redis', {
    image: 'redis:6-alpine',
    command: ['redis-server', '--requirepass', 'difyai123456'],
    published: [
      { port: 6379, address: '127.0.0.1', hostPort: 6379 },
      { port: 6379, address: '::', hostPort: 6379 },
    ],
    networks: ['dify_inner'],
  }),
];

describe('the evidence of a Compose project', () => {
  it('has one entry for each long-running service', () => {
    const services = auditedServices(CONTAINERS, new Set(['dify_inner']));
    const parts = services.map(({ name, component, store, replicas, ports, networks }) => ({
      ...{ name, role: component ?? store, replicas },
      open: ports.map(({ at, isLocal }) => `${at}${isLocal ? ' local' : ''}`),
      inner: networks.every(({ isInternal }) => isInternal),
    }));
    expect(parts).toEqual([
      { name: 'api', role: 'api', replicas: 2, open: [], inner: false },
      { name: 'db', role: 'postgres', replicas: 1, open: ['0.0.0.0:5432'], inner: false },
      { name: 'jobs', role: 'worker', replicas: 1, open: [], inner: false },
      { name: 'redis', role: 'redis', replicas: 1, open: ['127.0.0.1:6379 local', '[::]:6379'], inner: true },
    ]);
  });

  it('finds published secrets in variables and command lines', () => {
    expect(auditSecrets(serviceVariables(CONTAINERS))).toEqual([
      { workload: 'jobs', variable: 'SECRET_KEY', isPublished: true, isEmpty: false, group: 0 },
      { workload: 'redis', variable: 'command line', isPublished: true, isEmpty: false, group: 1 },
    ]);
  });
});
