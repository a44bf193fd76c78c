import { describe, expect, test } from 'vitest';
import { APP_WORKLOADS, type AppWorkload } from '../../../src/evidence/app/workloads.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { sampleDeployment } from '../../support/deployments.ts';

const deployment = sampleDeployment('test-compose-bundled');

function workload(over: Partial<AppWorkload> = {}): AppWorkload {
  const images = ['langgenius/dify-api:1.16.1'];
  return {
    name: 'api',
    kind: 'workload',
    desired: 2,
    ready: 2,
    images,
    renderedImages: images,
    restarts: 0,
    lastRestart: undefined,
    simulated: false,
    holdup: '',
    ...over,
  };
}

const judge = (id: string, ...workloads: readonly AppWorkload[]) =>
  judged(checkOf(id), { deployment, seen: [[APP_WORKLOADS, workloads]] });

describe('app.workloads', () => {
  const rows = [
    [[workload()], 'pass', '1 workload available'],
    [[workload({ kind: 'job', name: 'migration', desired: 1, ready: 1 })], 'pass', '1 workload available'],
    [
      [workload({ simulated: true }), workload({ name: 'web', simulated: true })],
      'pass',
      'all of them simulated (kwok)',
    ],
    [[workload({ simulated: true }), workload({ name: 'web' })], 'pass', '1 of them simulated (kwok)'],
    [[workload({ ready: 1, holdup: 'unhealthy' })], 'fail', 'api has 1 of 2 (unhealthy)'],
    [
      [workload({ ready: 0, holdup: 'does not exist in the cluster' })],
      'fail',
      'api has 0 of 2 (does not exist in the cluster)',
    ],
    [
      [workload({ kind: 'job', name: 'migration', desired: 1, ready: 0, holdup: 'exited with code 1' })],
      'fail',
      'migration exited with code 1',
    ],
    [[workload({ kind: 'job', name: 'migration', desired: 1, ready: 0 })], 'fail', 'migration has not run'],
    [[workload({ desired: 0, ready: 0 })], 'pass', 'available'],
  ] as const;
  test.each(rows)('%#', (workloads, status, said) => {
    const result = judge('app.workloads', ...workloads);
    expect(result.status).toBe(status);
    expect(result.message).toContain(said);
  });
});

describe('app.restarts', () => {
  const rows = [
    [workload(), 'pass', 'no restarts'],
    [workload({ restarts: 3, lastRestart: '2026-11-22T11:57:59Z' }), 'pass', '3 restarts, none within'],
    [workload({ restarts: 3, lastRestart: '2026-11-22T11:58:01Z' }), 'warn', 'api (3 restarts)'],
    [workload({ simulated: true }), 'skip', 'simulated'],
  ] as const;
  test.each(rows)('%#', (one, status, said) => {
    const result = judge('app.restarts', one);
    expect(result.status).toBe(status);
    expect(result.message).toContain(said);
  });
});

describe('app.images', () => {
  const rows = [
    [workload(), 'pass'],
    [workload({ images: ['docker.io/library/redis:6'], renderedImages: ['redis:6'] }), 'pass'],
    [workload({ images: ['langgenius/dify-api:1.16.0'] }), 'fail'],
    [workload({ images: ['langgenius/dify-api:1.16.1', 'langgenius/dify-api:latest'] }), 'fail'],
    [workload({ images: [] }), 'pass'],
  ] as const;
  test.each(rows)('%#', (one, status) => {
    expect(judge('app.images', one).status).toBe(status);
  });
});
