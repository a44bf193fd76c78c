import { describe, expect, it } from 'vitest';
import { ENDPOINTS, type EndpointFact } from '../../src/evidence/endpoints.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const onKubernetes = parsedDeployment(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
const onCompose = parsedDeployment(SAMPLE_FILES['test-compose-mixed']);

function fact(
  outcome: EndpointFact['outcome'],
  host = 'pg.example.test',
  service: EndpointFact['service'] = 'postgres',
): EndpointFact {
  return { service, host, port: 5432, outcome, addresses: [], durationMs: 3, code: undefined };
}

describe('a service that does not connect', () => {
  it.each<[EndpointFact['outcome'], string, string]>([
    ['connected', 'pass', 'pass'],
    ['refused', 'fail', 'warn'],
    ['timeout', 'fail', 'warn'],
    ['unresolved', 'fail', 'warn'],
    ['unreachable', 'fail', 'warn'],
  ])('%s is %s for Compose and %s for Kubernetes, whose cluster decides', (outcome, compose, kubernetes) => {
    const seen = [[ENDPOINTS, [fact(outcome)]]] as const;
    const check = checkOf('postgres.reachable');
    expect(judged(check, { deployment: onCompose, seen }).status).toBe(compose);
    expect(judged(check, { deployment: onKubernetes, seen }).status).toBe(kubernetes);
  });

  it('is one observation of several', () => {
    const seen = [[ENDPOINTS, [fact('connected', 's1', 'redis'), fact('refused', 's2', 'redis')]]] as const;
    const result = judged(checkOf('redis.reachable'), { deployment: onKubernetes, seen });
    expect(result.observations?.map(({ subject, status }) => [subject, status])).toEqual([
      ['s1:5432', 'pass'],
      ['s2:5432', 'warn'],
    ]);
    expect(result.remedy).toBe('nc -vz s2 5432');
  });
});

it('asks only about services that are external', () => {
  const bundled = parsedDeployment(SAMPLE_FILES['test-compose-bundled']);
  expect(checkOf('redis.reachable').when?.(bundled, 'test')).toBe(false);
  expect(checkOf('redis.reachable').when?.(onKubernetes, 'prod')).toBe(true);
});
