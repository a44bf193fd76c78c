import { describe, expect, test } from 'vitest';
import { composeWorkloads, parseContainers } from '../../../src/evidence/app/compose-workloads.ts';
import { composeSet } from '../../../src/evidence/rendered/compose.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { collectContext } from '../../support/check-runs.ts';

const container = (service: string, over: object = {}) => ({
  ID: `${service}-id`,
  Service: service,
  Image: `${service}:1`,
  State: 'running',
  Health: 'healthy',
  ExitCode: 0,
  ...over,
});

describe('parseContainers', () => {
  const one = { id: 'a-id', service: 'a', image: 'a:1', state: 'running', health: 'healthy', exitCode: 0 };
  const text = JSON.stringify(container('a'));
  test.each([
    ['one document a line', `${text}\n`, [one]],
    ['a list, as before 2.21', `[${text}]`, [one]],
    ['nothing', '', []],
    ['an empty list', '[]', []],
  ])('%s', (_name, output, expected) => {
    expect(parseContainers(output)).toEqual(expected);
  });
});

describe('composeWorkloads', () => {
  const rendered = composeSet({
    services: {
      api: { image: 'api:1', restart: 'unless-stopped', deploy: { replicas: 2 } },
      migration: { image: 'api:1', restart: 'no' },
    },
  });
  const observe = async (containers: readonly object[], restarts = '') => {
    const run: Runner['run'] = async (_program, args) => ({
      exitCode: 0,
      stderr: '',
      stdout: args[0] === 'inspect' ? restarts : containers.map((one) => JSON.stringify(one)).join('\n'),
    });
    return composeWorkloads(collectContext({ runner: { run } }), 'dify', rendered);
  };

  test('counts the containers that serve', async () => {
    const [api, migration] = await observe(
      [
        container('api', { ID: 'aa' }),
        container('api', { ID: 'bb', Health: 'unhealthy' }),
        container('migration', { State: 'exited', Health: '' }),
      ],
      'aa00 0 2026-11-22T11:00:00Z\nbb00 2 2026-11-22T11:59:00Z\n',
    );
    expect(api).toMatchObject({
      desired: 2,
      ready: 1,
      holdup: 'unhealthy',
      restarts: 2,
      lastRestart: '2026-11-22T11:59:00Z',
    });
    expect(migration).toMatchObject({ kind: 'job', desired: 1, ready: 1, holdup: '' });
  });

  test('a service without a container, a job that failed', async () => {
    const [api, migration] = await observe([container('migration', { State: 'exited', ExitCode: 1 })]);
    expect(api).toMatchObject({ ready: 0, images: [], holdup: '' });
    expect(migration).toMatchObject({ ready: 0, holdup: 'exited with code 1' });
  });
});
