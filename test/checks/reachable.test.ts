import { describe, expect, it } from 'vitest';
import { ENDPOINTS, type EndpointFact } from '../../src/evidence/endpoints.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const onKubernetes = parsedDeployment(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
const onCompose = parsedDeployment(SAMPLE_FILES['test-compose-mixed']);

const FAULTS = {
  refused: { stage: 'connect', code: 'ECONNREFUSED', text: 'refuses the connection: nothing listens on the port' },
  timeout: {
    stage: 'connect',
    code: 'ETIMEDOUT',
    text: 'does not answer: a firewall drops it, or the address is wrong',
  },
  unresolved: { stage: 'resolve', code: 'ENOTFOUND', text: 'pg.example.test does not resolve' },
} as const;

function fact(
  fault?: keyof typeof FAULTS,
  host = 'pg.example.test',
  service: EndpointFact['service'] = 'postgres',
): EndpointFact {
  return { service, host, port: 5432, durationMs: 3, ...(fault === undefined ? {} : { fault: FAULTS[fault] }) };
}

describe('a service that does not connect', () => {
  const check = checkOf('postgres.reachable');

  it.each<[keyof typeof FAULTS | undefined, string, string, string]>([
    [undefined, 'pass', 'pass', 'pass'],
    ['refused', 'fail', 'warn', 'fail'],
    ['timeout', 'fail', 'warn', 'fail'],
    ['unresolved', 'fail', 'warn', 'fail'],
  ])('%s is %s for Compose, %s for Kubernetes from this machine, and %s from the cluster, which decides', (...row) => {
    const [fault, compose, here, there] = row;
    const seen = [[ENDPOINTS, [fact(fault)]]] as const;
    expect(judged(check, { deployment: onCompose, seen }).status).toBe(compose);
    expect(judged(check, { deployment: onKubernetes, seen }).status).toBe(here);
    expect(judged(check, { deployment: onKubernetes, seen, from: 'cluster' }).status).toBe(there);
  });

  it('is one of several observations', () => {
    const seen = [[ENDPOINTS, [fact(undefined, 's1', 'redis'), fact('refused', 's2', 'redis')]]] as const;
    const result = judged(checkOf('redis.reachable'), { deployment: onCompose, seen });
    expect(result.observations?.map(({ subject, status }) => [subject, status])).toEqual([
      ['s1:5432', 'pass'],
      ['s2:5432', 'fail'],
    ]);
    expect(result.remedy).toBe('nc -vz s2 5432');
  });

  it('names the host once', () => {
    const seen = [[ENDPOINTS, [fact('unresolved')]]] as const;
    expect(judged(check, { deployment: onCompose, seen }).message).toBe('pg.example.test:5432 does not resolve');
  });
});

it('checks only external services', () => {
  const bundled = parsedDeployment(SAMPLE_FILES['test-compose-bundled']);
  expect(checkOf('redis.reachable').when?.(bundled, 'test')).toBe(false);
  expect(checkOf('redis.reachable').when?.(onKubernetes, 'prod')).toBe(true);
});
