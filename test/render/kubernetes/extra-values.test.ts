import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { kubernetesDeployment, rendered } from './support/rendering.ts';

const withExtra = (extraValues: JsonObject) => rendered(kubernetesDeployment({ extraValues }));

test('they are merged last', () => {
  const { values } = withExtra({ api: { replicas: 7 }, ingress: { annotations: { a: 'b' } } });
  expect(values).toMatchObject({ api: { replicas: 7, enabled: true }, ingress: { annotations: { a: 'b' } } });
});

test('an extraEnv adds to that of the component, and replaces by name', () => {
  const { values } = withExtra({
    api: {
      extraEnv: [
        { name: 'PROXY', value: 'http://p' },
        { name: 'CELERY_WORKER_AMOUNT', value: '9' },
      ],
    },
  });
  const items = (values.api as { readonly extraEnv: readonly { readonly name: string }[] }).extraEnv;
  expect(items).toContainEqual({ name: 'PROXY', value: 'http://p' });
  expect(items.filter(({ name }) => name === 'CELERY_WORKER_AMOUNT')).toEqual([
    { name: 'CELERY_WORKER_AMOUNT', value: '9' },
  ]);
  expect(items.map(({ name }) => name)).toContain('SECRET_KEY');
});

test('a name override applies to every reference to the chart’s objects', () => {
  const { values } = withExtra({ fullnameOverride: 'portal' });
  expect(JSON.stringify(values)).toContain('http://portal-api:5001');
});

describe('refused', () => {
  test.each<readonly [string, JsonObject, string]>([
    ['an unknown key', { api: { replica: 3 } }, 'api.replica'],
    ['a text in a secret’s key', { externalQdrant: { apiKey: 'abc' } }, 'extraValues.externalQdrant.apiKey'],
    ['one in a list', { weaviate: { authentication: { apikey: { allowed_keys: ['abc'] } } } }, 'allowed_keys[0]'],
    [
      'a secret of the deployment, wherever it stands',
      { api: { extraEnv: [{ name: 'A', value: 'x fake_secrets-secretKey______________________ y' }] } },
      'extraValues.api.extraEnv[0].value',
    ],
  ])('%s', (_what, extra, path) => {
    expect(() => withExtra(extra)).toThrow(path);
  });

  test('also in components', () => {
    const components = { web: { extraEnv: { A: 'fake_secrets-sandboxApiKey_________________' } } };
    expect(() => rendered(kubernetesDeployment({ components }))).toThrow('components.web.extraEnv.A');
  });

  test('without printing the secret', () => {
    expect(() => withExtra({ externalRedis: { password: 'hunter2hunter2' } })).not.toThrow('hunter2hunter2');
  });
});

test('an empty text removes a default and is not a secret', () => {
  expect(() => withExtra({ externalRedis: { password: '' } })).not.toThrow();
});
