import { expect, test } from 'vitest';
import type { Docker } from '../../../src/exec/docker.ts';
import type { Container } from '../../../src/targets/compose/containers.ts';
import { roll } from '../../../src/targets/compose/roll.ts';
import { plannedServices, viewServices } from '../../../src/targets/compose/services.ts';
import { container } from './containers.ts';

const OLD = 'old';
const NEW = 'new';
const two = { deploy: { replicas: 2 } };
const planned = plannedServices({ services: { api: two, web: two, migration: { restart: 'no' }, nginx: {} } });
const api = (id: string, configHash: string, more: Partial<Container> = {}) =>
  container('api', { id, name: id, configHash, ...more });
const web = ['w1', 'w2'].map((id) => container('web', { id, configHash: NEW }));

/** An engine in memory: what it was told, and which containers nginx sends requests to. */
function engine(start: readonly Container[], health: Partial<Container> = {}, exitCode = 0) {
  let containers = [...start];
  let started = 0;
  const steps: string[] = [];
  const docker: Docker = {
    run: async ([verb = '', ...args]) => {
      const ids = args.filter((arg) => containers.some(({ id }) => id === arg));
      if (verb === 'inspect') return ids.map((id) => JSON.stringify({ id, ip: `ip-${id}` })).join('\n');
      steps.push(`${verb} ${ids.join(' ')}`);
      if (verb === 'stop')
        containers = containers.map((one) => (ids.includes(one.id) ? { ...one, state: 'exited' } : one));
      if (verb === 'rm') containers = containers.filter(({ id }) => !ids.includes(id));
      return '';
    },
    compose: async (_, args) => {
      const service = args.at(-1) ?? '';
      steps.push(`up ${args.slice(args.indexOf('--no-deps') + 1).join(' ')}`);
      started += 1;
      const job = { state: 'exited', health: '', exitCode };
      const more = service === 'migration' ? job : health;
      containers = [...containers, container(service, { id: `new-${started}`, configHash: NEW, ...more })];
      return '';
    },
    composeLive: async (_, args) => {
      const servers = [...(args.at(-2) ?? '').matchAll(/server ip-(\S+):5001;/g)].map(([, id]) => id);
      steps.push(`nginx ${servers.join(' ')}`);
      return '';
    },
    composeDraft: async () => '',
  };
  const project = { name: 'dify', directory: '/srv/dify' };
  let clock = 0;
  const connection = { docker, project, redact: (text: string) => text, now: () => (clock += 1) };
  const signal = new AbortController().signal;
  const options = { signal, timeoutMs: 1_000, onProgress: () => undefined, onChild: () => undefined };
  const hashes = new Map(['api', 'web', 'migration'].map((name) => [name, NEW]));
  const watch = async () => viewServices(planned, containers);
  return {
    steps,
    run: (jobs: readonly string[]) =>
      roll(connection, { jobs, services: ['api'] }, { watch, hashes, until: 8, options, drain: async () => undefined }),
  };
}

test('each old container is stopped when a new one is ready and nginx sends it no more requests', async () => {
  const { steps, run } = engine([api('a', OLD), api('b', OLD), ...web]);
  expect(await run(['migration'])).toBeUndefined();
  expect(steps).toEqual([
    'up migration',
    ...['nginx a b', 'up --no-recreate --scale api=3 api', 'nginx new-2 b', 'stop a', 'rm a'],
    ...['nginx new-2 b', 'up --no-recreate --scale api=3 api', 'nginx new-2 new-3', 'stop b', 'rm b'],
  ]);
});

test('a roll that was interrupted continues', async () => {
  const { steps, run } = engine([api('a', OLD, { state: 'exited' }), api('b', OLD), api('c', NEW), ...web]);
  expect(await run([])).toBeUndefined();
  expect(steps).toEqual([
    'rm a',
    ...['nginx c b', 'up --no-recreate --scale api=3 api', 'nginx c new-1', 'stop b', 'rm b'],
  ]);
});

test('old containers serve if a new one does not become ready', async () => {
  const { steps, run } = engine([api('a', OLD), api('b', OLD), ...web], { health: 'unhealthy' });
  expect(await run([])).toMatchObject({
    workload: 'api',
    reason: 'its new container did not become ready in time; the old ones continue to serve',
  });
  expect(steps).toEqual(['nginx a b', 'up --no-recreate --scale api=3 api']);
});

test('nothing is replaced if a job fails', async () => {
  const { steps, run } = engine([api('a', OLD), api('b', OLD), ...web], {}, 3);
  expect(await run(['migration'])).toMatchObject({
    workload: 'migration',
    reason: 'exited with code 3; no service was replaced',
  });
  expect(steps).toEqual(['up migration']);
});
