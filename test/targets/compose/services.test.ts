import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/targets/compose/containers.ts';
import {
  isFailing,
  plannedServices,
  type ServiceView,
  serviceDetail,
  viewServices,
  worstContainer,
} from '../../../src/targets/compose/services.ts';
import { container } from './containers.ts';

const PLANNED = plannedServices({
  services: {
    api: { restart: 'always', deploy: { replicas: 2 } },
    worker: { restart: 'always', scale: 3 },
    migration: { restart: 'no' },
    web: {},
  },
});

function view(name: string, ...containers: readonly Container[]): ServiceView {
  const found = viewServices(PLANNED, containers).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

test('a service has its replicas; one that is never restarted is a job', () => {
  expect(PLANNED).toEqual([
    { name: 'api', replicas: 2, isJob: false },
    { name: 'worker', replicas: 3, isJob: false },
    { name: 'migration', replicas: 1, isJob: true },
    { name: 'web', replicas: 1, isJob: false },
  ]);
  expect(plannedServices({})).toEqual([]);
});

describe('a service is settled', () => {
  const done = container('migration', { state: 'exited', health: '' });
  test.each([
    ['when it runs and is healthy', 'web', [container('web')], true],
    ['when it runs and has no check', 'web', [container('web', { health: '' })], true],
    ['not while its check has not passed', 'web', [container('web', { health: 'starting' })], false],
    ['not when it is unhealthy', 'web', [container('web', { health: 'unhealthy' })], false],
    ['not when it has ended, however well', 'web', [container('web', { state: 'exited' })], false],
    ['not without a container', 'web', [], false],
    ['not with a replica too few', 'api', [container('api')], false],
    ['with all of its replicas', 'api', [container('api'), container('api', { id: 'b' })], true],
    ['not with a replica too many', 'web', [container('web'), container('web', { id: 'b' })], false],
    ['as a job once it ended well', 'migration', [done], true],
    ['not as a job that runs', 'migration', [{ ...done, state: 'running' }], false],
    ['not as a job that failed', 'migration', [{ ...done, exitCode: 1 }], false],
  ] as const)('%s', (_, name, containers, settled) => {
    expect(view(name, ...containers).settled).toBe(settled);
  });
});

describe('the reason why a service is not ready', () => {
  test.each([
    ['web', container('web'), ''],
    ['web', undefined, 'has no container'],
    ['web', container('web', { state: 'created', health: '' }), 'waits for the services that it depends on'],
    ['web', container('web', { health: 'starting' }), 'starting, not healthy yet'],
    ['web', container('web', { health: 'starting', restarts: 2 }), 'starting, not healthy yet, 2 restarts'],
    ['web', container('web', { state: 'exited', exitCode: 137 }), 'exited with code 137'],
    ['web', container('web', { state: 'restarting', exitCode: 3, restarts: 4 }), 'exited with code 3, 4 restarts'],
    ['web', container('web', { state: 'restarting' }), 'restarting'],
    ['web', container('web', { health: 'unhealthy' }), 'unhealthy'],
    ['migration', container('migration', { health: '' }), 'running since 2026-11-22T06:49:19Z'],
    ['migration', container('migration', { state: 'exited', exitCode: 1 }), 'exited with code 1'],
    ['api', container('api'), '1 of 2'],
  ] as const)('%s: %j', (name, found, words) => {
    expect(serviceDetail(view(name, ...(found === undefined ? [] : [found])))).toBe(words);
  });
});

test('an exited container outranks one that fails its health check, and that outranks one that starts', () => {
  const starting = container('worker', { id: 'starting', health: 'starting' });
  const unhealthy = container('worker', { id: 'unhealthy', health: 'unhealthy' });
  const again = container('worker', { id: 'again', health: 'starting', restarts: 1 });
  const gone = container('worker', { id: 'gone', state: 'exited', exitCode: 1 });
  expect(worstContainer(view('worker', starting, unhealthy))?.id).toBe('unhealthy');
  expect(worstContainer(view('worker', starting, unhealthy, again))?.id).toBe('again');
  expect(worstContainer(view('worker', unhealthy, again, gone))?.id).toBe('gone');
  expect(worstContainer(view('worker', container('worker')))).toBeUndefined();
});

test('starting is not a problem; exiting, restarting and failing a health check are', () => {
  expect(isFailing(view('web'))).toBe(false);
  expect(isFailing(view('web', container('web', { health: 'starting' })))).toBe(false);
  expect(isFailing(view('web', container('web', { state: 'created', health: '' })))).toBe(false);
  expect(isFailing(view('web', container('web', { health: 'starting', restarts: 1 })))).toBe(true);
  expect(isFailing(view('web', container('web', { health: 'unhealthy' })))).toBe(true);
  expect(isFailing(view('migration', container('migration', { state: 'exited', exitCode: 1 })))).toBe(true);
  expect(isFailing(view('migration', container('migration', { state: 'exited' })))).toBe(false);
});
