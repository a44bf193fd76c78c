import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/targets/compose/containers.ts';
import { composeProgress, parsePull } from '../../../src/targets/compose/progress.ts';
import { type ServiceView, viewServices } from '../../../src/targets/compose/services.ts';
import { container } from './containers.ts';

const NAMES = ['redis', 'db_postgres', 'migration', 'api', 'worker', 'web', 'nginx'];

/** These containers, and every other service up and well. */
function views(...containers: readonly (Container | string)[]): readonly ServiceView[] {
  const planned = NAMES.map((name) => ({ name, replicas: 1, isJob: name === 'migration' }));
  const told = containers.map((one) => (typeof one === 'string' ? one : one.service));
  const others = NAMES.filter((name) => !told.includes(name)).map((name) =>
    name === 'migration' ? container(name, { state: 'exited', health: '' }) : container(name),
  );
  return viewServices(planned, [...others, ...containers.filter((one) => typeof one !== 'string')]);
}

function listen() {
  const said: string[] = [];
  const progress = composeProgress((event) => {
    if (event.type === 'step-progress') said.push(event.detail);
  });
  return { said, progress };
}

describe('lines of Compose', () => {
  test.each([
    [' api Pulling ', { name: 'api', done: false }],
    [' api Pulled ', { name: 'api', done: true }],
    [' Image langgenius/dify-api:1.16.1 Pulling ', { name: 'langgenius/dify-api:1.16.1', done: false }],
    [' api Skipped - Image is already being pulled by worker ', { name: 'api', done: true }],
    [' api Error Get "https://registry-1.docker.io/v2/": EOF', undefined],
    [' api  Interrupted', undefined],
    [' 31b3f1ad4ce1 Pulling fs layer ', undefined],
    [' 31b3f1ad4ce1 Downloading [=>   ]  1.2MB/30MB', undefined],
    [' Container dify-api-1  Creating', undefined],
    [' Network dify_default  Created', undefined],
    ['', undefined],
  ])('%j', (line, pull) => {
    expect(parsePull(line)).toEqual(pull);
  });
});

test('pulls are reported by service, and before other changes', () => {
  const { said, progress } = listen();
  for (const line of [' api Pulling', ' web Pulling', ' api Pulling']) progress.heard(line);
  progress.seen(views('api', 'web'));
  for (const line of [' abcdef012345 Pull complete', ' web Pulled', ' api Pulled']) progress.heard(line);
  progress.seen(views('api', 'web'));
  expect(said).toEqual([
    '0 of 1 image pulled, pulling for api',
    '0 of 2 images pulled, pulling for api, web',
    '1 of 2 images pulled, pulling for api',
    '5 of 7 services ready, waiting for api, web',
  ]);
});

test('a line is written only if the awaited services change', () => {
  const { said, progress } = listen();
  const created = container('api', { state: 'created', health: '' });
  const starting = container('api', { health: 'starting' });
  for (const now of [views('api', 'web'), views(created, 'web'), views(starting, 'web'), views(starting), views()]) {
    progress.seen(now);
  }
  expect(said).toEqual(['5 of 7 services ready, waiting for api, web', '6 of 7 services ready, waiting for api']);
});

test('a service that exits is reported once, with its reason', () => {
  const { said, progress } = listen();
  const fallen = (restarts: number) => container('web', { state: 'restarting', exitCode: 3, restarts });
  for (const restarts of [1, 2, 3]) progress.seen(views(fallen(restarts)));
  expect(said).toEqual(['6 of 7 services ready, waiting for web · web: exited with code 3, 1 restart']);
});

test('a running job shows its duration; started services come before others; many are counted', () => {
  const { said, progress } = listen();
  const migration = container('migration', { health: '' });
  progress.seen(views('redis', 'db_postgres', migration, 'api', 'worker', 'web', 'nginx'));
  expect(said).toEqual([
    '0 of 7 services ready, waiting for migration, redis, db_postgres, api, worker and 2 more · migration: running since 2026-11-22T06:49:19Z',
  ]);
});
