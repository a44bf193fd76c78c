import { describe, expect, it } from 'vitest';
import { type EngineFact, HOST_ENGINE } from '../../../src/evidence/host/engine.ts';
import { HOST_PORTS, type PortFact } from '../../../src/evidence/host/ports.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { GIB } from '../../support/cluster-facts.ts';
import { engineFact } from '../../support/host-facts.ts';

const disk = (size: number, free: number, freeInodes = 500) => ({
  disk: { size: size * GIB, free: free * GIB, inodes: 1_000, freeInodes },
});

it.each<[string, 'test' | 'prod', Partial<EngineFact>, string]>([
  ['host.cpu', 'prod', { cpu: 8 }, 'pass'],
  ['host.cpu', 'prod', { cpu: 4 }, 'fail'],
  ['host.cpu', 'test', { cpu: 4 }, 'pass'],
  ['host.cpu', 'test', { cpu: 2 }, 'warn'],
  ['host.cpu', 'test', { cpu: 1 }, 'fail'],
  ['host.memory', 'prod', { memory: 31 * GIB }, 'pass'],
  ['host.memory', 'prod', { memory: 30 * GIB }, 'fail'],
  ['host.memory', 'test', { memory: 15.5 * GIB }, 'pass'],
  ['host.memory', 'test', { memory: 8 * GIB }, 'warn'],
  ['host.memory', 'test', { memory: 2 * GIB }, 'fail'],
  ['host.memory', 'prod', { limits: { memory: 8 * GIB } }, 'fail'],
  ['host.memory', 'prod', { limits: { memory: 64 * GIB } }, 'pass'],
  ['host.cpu', 'prod', { limits: { cpu: 2.5 } }, 'fail'],
  ['host.cpu', 'test', { limits: { cpu: 2.5 } }, 'warn'],
  ['host.engine', 'prod', {}, 'pass'],
  ['host.engine', 'prod', { version: '18.09.1' }, 'fail'],
  ['host.engine', 'prod', { os: 'windows' }, 'fail'],
  ['host.engine', 'prod', { location: 'remote', name: 'docker-1' }, 'warn'],
  ['host.engine', 'test', { location: 'vm', name: 'docker-desktop' }, 'pass'],
  ['host.clock', 'prod', {}, 'pass'],
  ['host.clock', 'prod', { location: 'vm', clockAhead: -40 }, 'warn'],
  ['host.disk', 'prod', {}, 'pass'],
  ['host.disk', 'prod', disk(200, 9), 'fail'],
  ['host.disk', 'prod', disk(200, 30), 'warn'],
  ['host.disk', 'prod', disk(200, 100, 10), 'fail'],
  ['host.disk', 'test', disk(200, 9), 'warn'],
  ['host.disk', 'prod', { disk: undefined }, 'unknown'],
])('%s in %s with %j is %s', (id, tier, over, status) => {
  expect(judged(checkOf(id), { tier, seen: [[HOST_ENGINE, engineFact(over)]] }).status).toBe(status);
});

describe('host.ports', () => {
  const port = (number: number, state: PortFact['state'], holder?: string): PortFact => ({
    port: number,
    purpose: number === 80 ? 'target.httpPort' : 'target.httpsPort',
    state,
    holder,
  });

  it.each<[readonly PortFact[], string, string]>([
    [[port(80, 'free'), port(443, 'own')], 'pass', 'port 80 free and port 443 used by this project'],
    [
      [port(80, 'taken', 'web-1')],
      'fail',
      'port 80 is in use by container web-1; expected free, or used by this project',
    ],
    [[port(80, 'unseen')], 'unknown', 'difyctl could not determine whether port 80 is free'],
  ])('%j is %s', (ports, status, message) => {
    expect(judged(checkOf('host.ports'), { seen: [[HOST_PORTS, ports]] })).toMatchObject({ status, message });
  });
});
