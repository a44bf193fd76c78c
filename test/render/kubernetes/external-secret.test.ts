import { describe, expect, test } from 'vitest';
import { at, labelsAt, listAt, textAt } from '../../../src/base/json-path.ts';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import { evaluateTemplate } from '../../support/external-secrets-template.ts';
import { COMBINATION_SECRETS, pairedCombinations } from './support/combinations.ts';
import { kubernetesDeployment, rendered } from './support/rendering.ts';

const STORE = { provider: 'external-secrets', store: { kind: 'ClusterSecretStore', name: 'vault' } } as const;

/** The same deployment with every secret of Dify in a store. */
function stored(deployment: Deployment, secrets: object = {}): Deployment {
  const moved: unknown = JSON.parse(JSON.stringify(deployment).replaceAll('{"env":"X"}', '{"external":{}}'));
  return { ...(moved as Deployment), secrets: { ...STORE, ...secrets } };
}

function objectOf(deployment: Deployment) {
  const set = rendered(deployment, COMBINATION_SECRETS);
  const object = set.manifests.find(({ kind }) => kind === 'ExternalSecret');
  if (object === undefined) throw new Error('no ExternalSecret is rendered');
  return { set, object };
}

/** What External Secrets would write, if the store had the value of each secret. */
function written(object: unknown): Readonly<Record<string, string>> {
  const values = Object.fromEntries(
    listAt(object, 'spec', 'data').map((item) => {
      const path = textAt(item, 'secretKey');
      return [path, COMBINATION_SECRETS.get(path)];
    }),
  );
  const templates = labelsAt(object, 'spec', 'target', 'template', 'data');
  return Object.fromEntries(Object.entries(templates).map(([key, text]) => [key, evaluateTemplate(text, values)]));
}

describe('the Secret that External Secrets creates', () => {
  test.each(pairedCombinations())('$name: has every text of the Secret of difyctl, and no value in a file', (one) => {
    const own = rendered(one.deployment, COMBINATION_SECRETS);
    const { set, object } = objectOf(stored(one.deployment));
    const contents = written(object);
    expect(contents).toMatchObject(own.secret.data);
    const files = Object.entries(own.secret.data).filter(([key]) => /\.(pem|conf)$/.test(key));
    const names = Object.keys(contents);
    expect(set.secret).toEqual({ name: object.metadata.name, data: Object.fromEntries(files), externalKeys: names });
    const values = JSON.stringify(set.values).replaceAll(set.secret.name, own.secret.name);
    expect(JSON.parse(values)).toEqual(own.values);
    const paths = listAt(object, 'spec', 'data').map((item) => textAt(item, 'secretKey'));
    for (const path of paths) {
      for (const { content } of set.files) expect(content.includes(COMBINATION_SECRETS.get(path)), path).toBe(false);
    }
  });
});

const small = (secrets: object, more: object = {}) =>
  kubernetesDeployment({
    postgres: { mode: 'external', host: 'pg.example', password: { external: {} } },
    ...more,
    secrets: { ...STORE, ...secrets },
  });

test('the ExternalSecret makes the Secret of its own name, with the labels of the deployment', () => {
  const { object } = objectOf(small({ refreshInterval: '14d' }));
  const { name } = object.metadata;
  expect(object).toMatchObject({
    apiVersion: 'external-secrets.io/v1',
    spec: {
      refreshInterval: '336h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
      target: {
        name,
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        template: {
          engineVersion: 'v2',
          mergePolicy: 'Replace',
          type: 'Opaque',
          metadata: { labels: { 'app.kubernetes.io/managed-by': 'difyctl', 'difyctl/deployment': 'dify' } },
        },
      },
    },
  });
  expect(name).toMatch(/^dify-difyctl-[0-9a-f]{10}$/);
});

describe('the source of a secret', () => {
  const REFERENCES: readonly (readonly [string, object, object, object])[] = [
    ['both defaults', {}, {}, { key: 'dify', property: 'postgres-password' }],
    ['another default key', { remoteKey: 'prod/dify' }, {}, { key: 'prod/dify', property: 'postgres-password' }],
    ['a property', {}, { property: 'pw' }, { key: 'dify', property: 'pw' }],
    ['a key', {}, { key: 'prod/pg' }, { key: 'prod/pg' }],
    ['a key and a property', {}, { key: 'prod/pg', property: 'pw' }, { key: 'prod/pg', property: 'pw' }],
  ];
  test.each(REFERENCES)('%s', (_, secrets, external, remoteRef) => {
    const postgres = { mode: 'external', host: 'pg.example', password: { external } };
    const { object } = objectOf(small(secrets, { postgres }));
    expect(listAt(object, 'spec', 'data')).toContainEqual({ secretKey: 'postgres.password', remoteRef });
    const { key, property } = remoteRef as { key: string; property?: string };
    const sources = textAt(object, 'spec', 'target', 'template', 'metadata', 'annotations', 'difyctl/sources');
    expect(JSON.parse(sources)).toMatchObject({
      'postgres.password': `ClusterSecretStore/vault ${key}${property === undefined ? '' : `#${property}`}`,
    });
  });
});

test('a change of a source or of a composed text renames the Secret; a change of the interval does not', () => {
  const nameOf = (secrets: object, more?: object) => objectOf(small(secrets, more)).object.metadata.name;
  const before = nameOf({});
  expect(nameOf({ refreshInterval: '5m' })).toBe(before);
  expect(nameOf({ apiVersion: 'v1beta1' })).toBe(before);
  expect(nameOf({ remoteKey: 'other' })).not.toBe(before);
  expect(nameOf({ store: { kind: 'SecretStore', name: 'vault' } })).not.toBe(before);
  const redis = { mode: 'external', host: 'other.example', password: { external: {} } };
  expect(nameOf({}, { redis })).not.toBe(before);
});

test('an older External Secrets gets v1beta1 if the file asks for it', () => {
  const { object } = objectOf(small({ apiVersion: 'v1beta1' }));
  expect(object.apiVersion).toBe('external-secrets.io/v1beta1');
});

test('braces in a text of the file are no template', () => {
  const redis = {
    mode: 'external',
    topology: 'sentinel',
    username: '{{ .x }}',
    password: { external: {} },
    sentinel: { master: 'm', nodes: ['s1:26379'] },
    agentUrl: { external: {} },
  };
  const deployment = small({}, { redis });
  const { object } = objectOf(deployment);
  expect(written(object).CELERY_BROKER_URL).toMatch(/^sentinel:\/\/%7B%7B%20\.x%20%7D%7D:/);
  expect(at(object, 'spec', 'target', 'template', 'data', 'ssrf-proxy-rules.conf')).toEqual(expect.any(String));
});

/** The lines of the error of a file. */
function refusals(more: object): readonly string[] {
  try {
    kubernetesDeployment({ ...more });
    return [];
  } catch (error) {
    return String((error as Error).message).split('\n');
  }
}

describe('the file', () => {
  const FAULTS: readonly (readonly [string, object, string, string])[] = [
    [
      'a store without the provider',
      { secrets: { store: { name: 'vault' } } },
      'secrets.store',
      'only together with secrets.provider: external-secrets',
    ],
    [
      'the provider without a store',
      { secrets: { provider: 'external-secrets' } },
      'secrets.store',
      'needed together with provider: external-secrets, such as { name: vault }',
    ],
    [
      'a secret of Dify from elsewhere',
      { secrets: { ...STORE, secretKey: { env: 'KEY' } } },
      'secrets.secretKey',
      'with secrets.store, every secret of Dify comes from it: { external: {} }',
    ],
    [
      'an external secret without a store',
      { secrets: { secretKey: { external: {} } } },
      'secrets.secretKey',
      'external: needs secrets.provider: external-secrets and secrets.store',
    ],
    [
      'a schedule of backups with a store',
      {
        secrets: STORE,
        recovery: { backup: { repository: '/backups', password: { env: 'P' }, interval: '24h' } },
      },
      'recovery.backup.interval',
      'not together with secrets.store: the pods of a schedule read every secret from the Secret of difyctl; run difyctl backup on a schedule of your own',
    ],
    [
      'an external login for the chart',
      {
        secrets: STORE,
        target: {
          type: 'kubernetes',
          chart: { oci: 'oci://r.example/dify', username: 'u', password: { external: {} } },
        },
      },
      'target.chart.password',
      'external: difyctl reads this secret itself; use env or file',
    ],
  ];
  test.each(FAULTS)('%s is refused', (_, more, path, message) => {
    expect(refusals(more)).toContain(`${path}: ${message}`);
  });
});
