import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { UserError } from '../../../src/base/errors.ts';
import { fitToChart, givenByChart } from '../../../src/render/kubernetes/chart-layout.ts';
import { chartProfile } from '../../../src/versions/known-charts.ts';
import { chartValues } from './support/chart-values.ts';
import { COMBINATION_SECRETS, pairedCombinations } from './support/combinations.ts';
import { kubernetesDeployment, rendered } from './support/rendering.ts';

const VALUES = {
  global: {
    appSecretKey: 'k',
    consoleApiDomain: 'https://a',
    triggerDomain: 'https://t',
    marketplace: { apiProxyEnabled: true },
  },
  api: { auth: { internalApiKey: 'i' }, replicas: 2 },
  apiWebsocket: { enabled: false },
  agentBackend: { enabled: false },
  localSandbox: { enabled: false },
  sandbox: { enabled: true, auth: { apiKey: 'k' } },
  externalRedis: { db: { app: 0, celery: 1, agent: 2 } },
  externalWeaviate: { endpoint: { http: 'http://w', grpc: 'w:50051' } },
  image: { api: { tag: '1' }, agentBackend: { tag: '1' } },
};

describe('fitToChart', () => {
  test('chart 0.38 uses the values unchanged', () => {
    expect(fitToChart(VALUES, chartProfile('dify', '0.38.0-rc2'))).toEqual(VALUES);
  });

  test('chart 0.37 has no agent, no websocket and another key for plugins', () => {
    expect(fitToChart(VALUES, chartProfile('dify', '0.37.0'))).toEqual({
      global: VALUES.global,
      api: { replicas: 2 },
      pluginDaemon: { auth: { difyApiKey: 'i' } },
      sandbox: VALUES.sandbox,
      externalRedis: { db: { app: 0, celery: 1 } },
      externalWeaviate: VALUES.externalWeaviate,
      image: { api: { tag: '1' } },
    });
  });

  test('chart 0.31 has addresses and SECRET_KEY below api, one Redis database and one address of Weaviate', () => {
    expect(fitToChart(VALUES, chartProfile('dify', '0.31.0'))).toEqual({
      api: { replicas: 2, url: { consoleApi: 'https://a' }, secretKey: 'k' },
      pluginDaemon: { auth: { difyApiKey: 'i' }, marketplace: { apiProxyEnabled: true } },
      sandbox: { enabled: false },
      externalWeaviate: { endpoint: 'http://w' },
      image: { api: { tag: '1' } },
    });
  });
});

test('a variable that a chart does not render from its values is added', () => {
  const gives = { api: { MODE: 'api', DB_TYPE: 'postgresql' }, web: { CONSOLE_API_URL: 'https://a' } };
  expect(givenByChart(gives, chartProfile('dify', '0.38.0-rc2'))).toEqual(gives);
  expect(givenByChart(gives, chartProfile('dify', '0.31.0'))).toEqual({ api: { MODE: 'api' }, web: gives.web });
  expect(givenByChart(gives, chartProfile('dify', '0.36.0'))).toEqual({ ...gives, api: { DB_TYPE: 'postgresql' } });
});

test.each(['0.31.0', '0.33.0', '0.35.0', '0.36.0', '0.37.0'])(
  'chart %s accepts every key that is rendered for it',
  (version) => {
    const { dify, withoutMounts } = chartProfile('dify', version);
    for (const { deployment } of pairedCombinations(dify, withoutMounts.length === 0)) {
      expect(() => rendered(deployment, COMBINATION_SECRETS, chartValues(version))).not.toThrow();
    }
  },
);

test('a CA file is refused for a chart that cannot mount it', () => {
  const postgres = {
    mode: 'external',
    host: 'pg',
    password: { env: 'X' },
    tls: { mode: 'verify-full', caFile: './ca.pem' },
  };
  const deployment = kubernetesDeployment({ version: '1.10.1-fix.1', postgres });
  const render = () => rendered(deployment, undefined, chartValues('0.35.0'));
  expect(render).toThrow(UserError);
  expect(render).toThrow('postgres.tls.caFile: chart 0.35.0 cannot mount a CA file into beat');
});

describe('the sandbox beside the chart', () => {
  const objects = (version: string) => {
    const { dify } = chartProfile('dify', version);
    const set = rendered(kubernetesDeployment({ version: dify }), undefined, chartValues(version));
    const yaml = set.files.filter(({ path }) => path.startsWith('manifests/')).map(({ content }) => content);
    return parseAllDocuments(yaml.join('---\n')).map((document) => document.toJSON());
  };

  test('exists up to chart 0.36, with the key from the Secret', () => {
    const [deployment, service] = objects('0.36.0');
    expect(deployment).toMatchObject({
      kind: 'Deployment',
      metadata: { name: 'dify-code-sandbox', namespace: 'dify' },
      spec: { replicas: 1, selector: { matchLabels: { component: 'sandbox' } } },
    });
    const [container] = deployment.spec.template.spec.containers;
    expect(container.image).toBe('langgenius/dify-sandbox:0.2.12');
    expect(container.env[0]).toMatchObject({
      name: 'API_KEY',
      valueFrom: { secretKeyRef: { key: 'secrets.sandboxApiKey' } },
    });
    expect(service).toMatchObject({
      kind: 'Service',
      metadata: { name: 'dify-code-sandbox' },
      spec: { selector: { component: 'sandbox' }, ports: [{ port: 8194 }] },
    });
  });

  test('does not exist from chart 0.37 on', () => {
    expect(objects('0.37.0')).toEqual([]);
  });
});
