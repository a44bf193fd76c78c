import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import { NEWEST_SET } from '../../src/checklist/default-sets.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import { formatPath } from '../../src/deployment/paths.ts';
import { changesFor } from '../../src/wizard/changes.ts';
import { dataOf, type Overrides } from '../../src/wizard/state.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';

const COMPOSE: JsonObject = { apiVersion: 'difyctl/v1', tier: 'test', target: { type: 'compose' } };
const PROD = SAMPLE_FILES['prod-kubernetes-s3-qdrant'] as JsonObject;

function saying(values: Readonly<Record<string, Json>>): Overrides {
  return Object.entries(values).map(([path, value]) => ({ path: path.split('.'), value, source: 'test' }));
}

function changes(base: JsonObject, values: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    changesFor({ base, said: [saying(values)] }).map(({ path, value }) => [formatPath(path), value]),
  );
}

describe('defaults are never written', () => {
  test.each<[string, Json]>([
    ['name', 'dify'],
    ['edition', 'community'],
    ['target.httpPort', 80],
    ['postgres.mode', 'bundled'],
    ['mail.provider', 'none'],
    ['urls.console', 'http://localhost'],
    ['components.api.replicas', 1],
    ['components.api.resources.requests.cpu', '300m'],
    ['logging.level', 'INFO'],
  ])('%s: %j', (path, value) => {
    expect(changes(COMPOSE, { [path]: value })).toEqual({});
  });

  test('an existing line with the default is kept', () => {
    expect(changes({ ...COMPOSE, name: 'dify' }, { 'target.httpPort': 80 })).toEqual({});
  });

  test('a new file names its set of defaults', () => {
    expect(changes({}, { tier: 'test', 'target.type': 'compose' })).toEqual({
      apiVersion: 'difyctl/v1',
      defaults: NEWEST_SET,
      tier: 'test',
      'target.type': 'compose',
    });
  });
});

describe('an edit', () => {
  test('writes the named field and newly implied ones only', () => {
    expect(changes(PROD, { 'postgres.port': 5433 })).toEqual({ 'postgres.port': 5433 });
  });

  test('keeps the fields of the file beside a new RPO', () => {
    const written = changes(PROD, { 'recovery.rpo': '1d' });
    expect(written['recovery.rpo']).toBe('1d');
    expect(Object.keys(written)).not.toContain('recovery.postgres.method');
  });

  test('does not write the replicas that a load needs, but others', () => {
    const load = { 'load.concurrentUsers': 1000 };
    expect(changes(PROD, load)).toEqual(load);
    expect(changes(PROD, { ...load, 'components.api.replicas': 16 })).toEqual(load);
    const fewer = { ...load, 'components.api.replicas': 3 };
    expect(changes(PROD, fewer)).toEqual(fewer);
  });

  test('removes a field', () => {
    expect(changes(PROD, { 'postgres.maxConnections': null })).toEqual({ 'postgres.maxConnections': null });
  });
});

describe('the other tier', () => {
  test.each(['prod-kubernetes-s3-qdrant', 'prod-compose-s3-qdrant'] as const)(
    '%s as test: the services of the file stay valid',
    (sample) => {
      const { postgres, ...rest } = SAMPLE_FILES[sample] as JsonObject as Record<string, JsonObject>;
      const { mode: _, ...silent } = postgres ?? {};
      const draft = { base: { ...rest, postgres: silent }, said: [saying({ tier: 'test' })] };
      expect(dataOf(draft).postgres).toEqual({ ...silent, mode: 'external' });
      expect(validateDeployment(dataOf(draft))).toHaveProperty('deployment.postgres.host');
    },
  );
});

describe('another choice drops the fields of the old one', () => {
  test.each<[string, Readonly<Record<string, Json>>, string, Json]>([
    ['a provider', { 'objectStorage.provider': 'local' }, 'objectStorage', { provider: 'local' }],
    ['a mode', { 'redis.mode': 'bundled' }, 'redis', { mode: 'bundled' }],
    [
      'a topology, but what both know stays',
      { 'redis.topology': 'sentinel', 'redis.sentinel.master': 'm', 'redis.sentinel.nodes': ['a:1'] },
      'redis',
      {
        mode: 'external',
        password: { env: 'DIFY_REDIS_PASSWORD' },
        topology: 'sentinel',
        sentinel: { master: 'm', nodes: ['a:1'] },
      },
    ],
    ['a target', { 'target.type': 'compose' }, 'target', { type: 'compose' }],
  ])('%s', (_, values, section, expected) => {
    expect(dataOf({ base: PROD, said: [saying(values)] })[section]).toEqual(expected);
  });

  test('the same choice again drops nothing', () => {
    expect(dataOf({ base: PROD, said: [saying({ 'redis.mode': 'external' })] }).redis).toEqual(PROD.redis);
  });
});
