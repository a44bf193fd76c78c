import { expect, test } from 'vitest';
import type { Container } from '../../../src/targets/compose/containers.ts';
import { replacementOf } from '../../../src/targets/compose/interruptions.ts';
import { plannedServices, viewServices } from '../../../src/targets/compose/services.ts';
import { container } from './containers.ts';

const two = { deploy: { replicas: 2 } };
const services = {
  api: two,
  web: {},
  worker: two,
  migration: { restart: 'no' },
  nginx: {},
  db_postgres: {},
  sandbox: {},
};
const planned = plannedServices({ services });
const running = (...more: readonly Container[]) => [
  ...[container('api', { id: 'a' }), container('api', { id: 'b' })],
  ...['web', 'worker', 'db_postgres'].map((name) => container(name)),
  container('migration', { state: 'exited', health: '' }),
  ...more,
];
const stops = (name: string, reason: string) => ({ name, effect: 'stops', reason });

const TOGETHER = 'Compose ends its containers before it starts the new ones';

test.each<[string, readonly string[], readonly string[], readonly object[]]>([
  ['several containers behind nginx are replaced one after the other', ['api', 'migration', 'sandbox'], ['api'], []],
  ['one container stops', ['web'], [], [stops('web', 'it has one container')]],
  ['a service that is not behind nginx stops', ['worker'], [], [stops('worker', TOGETHER)]],
  [
    'with nginx, everything stops',
    ['api', 'nginx'],
    [],
    [stops('api', 'nginx is replaced at the same time'), stops('nginx', 'only one container can have its ports')],
  ],
  [
    'with a data service, everything stops',
    ['api', 'db_postgres'],
    [],
    [stops('api', 'db_postgres is replaced at the same time'), stops('db_postgres', 'it has one container')],
  ],
  ['nothing is replaced', [], [], []],
])('%s', (_title, changed, oneByOne, interruptions) => {
  const views = viewServices(planned, running(container('nginx')));
  expect(replacementOf(views, changed, [])).toEqual({ oneByOne, interruptions });
});

test.each([
  ['nginx does not run', running(), 'nginx is not ready'],
  ['nginx is unhealthy', running(container('nginx', { health: 'unhealthy' })), 'nginx is not ready'],
  [
    'no container of the service is ready',
    [container('nginx'), container('api', { health: 'unhealthy' })],
    'none of its containers is ready',
  ],
])('%s', (_title, containers, reason) => {
  const views = viewServices(planned, containers);
  expect(replacementOf(views, ['api'], [])).toEqual({ oneByOne: [], interruptions: [stops('api', reason)] });
});

test('containers that were changed by hand are removed first, and those of nginx with everything behind it', () => {
  const views = viewServices(planned, running(container('nginx')));
  const UNDONE = 'its containers were changed and are removed first';
  expect(replacementOf(views, ['api'], ['api'])).toEqual({ oneByOne: [], interruptions: [stops('api', UNDONE)] });
  expect(replacementOf(views, ['api'], ['nginx'])).toEqual({
    oneByOne: [],
    interruptions: [stops('api', 'nginx is replaced at the same time'), stops('nginx', UNDONE)],
  });
});
