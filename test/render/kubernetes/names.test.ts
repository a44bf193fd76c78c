import { expect, test } from 'vitest';
import { chartAddresses, chartNames } from '../../../src/render/kubernetes/names.ts';
import { fixtureFacts } from './support/charts.ts';
import { kubernetesDeployment } from './support/rendering.ts';

/** Release, overrides → N, as the chart's own rule has it (docs/chart-facts.md). */
test.each([
  ['dify', {}, 'dify'],
  ['my-dify', {}, 'my-dify'],
  ['prod', {}, 'prod-dify'],
  ['prod', { nameOverride: 'ai' }, 'prod-ai'],
  ['prod', { fullnameOverride: 'portal' }, 'portal'],
  ['a'.repeat(53), { nameOverride: 'twelve-chars' }, `${'a'.repeat(53)}-twelve-ch`],
])('release %s with %j is called %s', (name, extraValues, full) => {
  const names = chartNames(kubernetesDeployment({ name, extraValues }), fixtureFacts());
  expect(names.full).toBe(full);
  expect(chartAddresses(names).api).toBe(`http://${full}-api:5001`);
});

test.each([
  ['dify', 'dify-postgresql', 'dify-redis-master'],
  ['postgresql', 'postgresql', 'postgresql-redis-master'],
  ['redis-lab', 'redis-lab-postgresql', 'redis-lab-master'],
])('bundled services of release %s', (name, postgres, redis) => {
  const { bundled } = chartAddresses(chartNames(kubernetesDeployment({ name }), fixtureFacts()));
  expect(bundled.postgres.host).toBe(postgres);
  expect(bundled.redis.host).toBe(redis);
});
