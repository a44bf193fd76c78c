import { expect, test } from 'vitest';
import { parsedDeployment } from '../../support/deployments.ts';
import { composeDeployment, rendered } from './rendering.ts';

const DEPLOYMENT = composeDeployment({
  components: { worker: { pools: { 'big-data': { queues: ['dataset', 'priority_dataset'], replicas: 2 } } } },
});

test('a worker pool is a service like the worker, with its own queues, size and label', () => {
  const { worker, worker_big_data: pool } = rendered(DEPLOYMENT).project.services as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  const { environment: ofWorker, labels: __, deploy: ___, ...shared } = worker ?? {};
  const { environment, labels, deploy, ...rest } = pool ?? {};
  expect(rest).toEqual(shared);
  expect(environment).toEqual({ ...ofWorker, CELERY_QUEUES: 'dataset,priority_dataset' });
  expect(ofWorker?.CELERY_QUEUES).toMatch(/^mail,/);
  expect(labels).toMatchObject({ 'app.kubernetes.io/component': 'worker', 'difyctl/pool': 'big-data' });
  expect(deploy?.replicas).toBe(2);
});

test('what only a cluster has is refused on Compose', () => {
  const pool = { queues: ['mail'], spread: 'hard' };
  expect(() =>
    parsedDeployment({ ...JSON.parse(JSON.stringify(DEPLOYMENT)), components: { worker: { pools: { mail: pool } } } }),
  ).toThrow('components.worker.pools.mail.spread: not supported on compose, which runs on one host');
});
