import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { requiredSecrets } from '../../../src/deployment/required-secrets.ts';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../../support/deployments.ts';
import { fakeSecrets, fakeSecretValues } from '../../support/secrets.ts';
import { allCombinations, COMBINATION_SECRETS } from './support/combinations.ts';
import { FILES, fileOf, KUBERNETES_SAMPLES, kubernetesDeployment, rendered } from './support/rendering.ts';

function changed(secrets: SecretValues, path: string): SecretValues {
  return { ...secrets, get: (asked) => (asked === path ? `another-${secrets.get(asked)}` : secrets.get(asked)) };
}

describe.each(KUBERNETES_SAMPLES)('%s', (name) => {
  const deployment = sampleDeployment(name);
  const set = rendered(deployment);

  test('no file contains a secret, plain or encoded', () => {
    for (const value of fakeSecretValues(deployment)) {
      for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')]) {
        for (const file of set.files) expect(file.content.includes(form), file.path).toBe(false);
      }
    }
  });

  test('every generated secret is found again under its path', () => {
    const secrets = fakeSecrets(deployment);
    const generated = requiredSecrets(deployment).filter(({ ref }) => 'generated' in ref);
    for (const { path } of generated) expect(set.secret.data[path], path).toBe(secrets.get(path));
  });

  test('every reference of the values is to a key of the one Secret', () => {
    const references = [...fileOf(set, 'values.yaml').matchAll(/secretKeyRef:\n\s+name: (\S+)\n\s+key: (\S+)/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, holder, key = ''] of references) {
      expect(holder).toBe(set.secret.name);
      expect(Object.keys(set.secret.data)).toContain(key);
    }
  });

  test('secret-keys.yaml names the Secret and its keys', () => {
    expect(parse(fileOf(set, 'secret-keys.yaml'))).toMatchObject({
      kind: 'SecretKeys',
      name: set.secret.name,
      keys: Object.keys(set.secret.data).toSorted(),
    });
  });
});

describe('the name of the Secret', () => {
  const deployment = kubernetesDeployment();
  const secrets = fakeSecrets(deployment);
  const name = (values: SecretValues) => rendered(deployment, values).secret.name;

  test('is that of the deployment with ten digits', () => {
    expect(name(secrets)).toMatch(/^dify-difyctl-[0-9a-f]{10}$/);
  });

  test.each(['secrets.secretKey', 'redis.password', 'vectorStore.apiKey'])('changes with %s', (path) => {
    expect(name(changed(secrets, path))).not.toBe(name(secrets));
  });

  test('cannot be guessed from the data without SECRET_KEY', () => {
    const other = changed(secrets, 'secrets.secretKey');
    const data = (values: SecretValues) => {
      const { 'secrets.secretKey': _key, ...rest } = rendered(deployment, values).secret.data;
      return rest;
    };
    expect(data(other)).toEqual(data(secrets));
    expect(name(other)).not.toBe(name(secrets));
  });
});

test('the CA file of a service is in the Secret and mounted where the environment says', () => {
  const set = rendered(sampleDeployment('prod-kubernetes-s3-qdrant'));
  expect(set.secret.data['postgres-ca.pem']).toBe(FILES.get('./ca.pem'));
  expect(set.values.worker).toMatchObject({
    extraVolumes: [{ secret: { secretName: set.secret.name, items: [{ key: 'postgres-ca.pem' }] } }],
    extraVolumeMounts: [{ mountPath: '/etc/difyctl/certificates', readOnly: true }],
    extraEnv: expect.arrayContaining([
      { name: 'DB_EXTRAS', value: expect.stringContaining('sslrootcert=/etc/difyctl/certificates/postgres-ca.pem') },
    ]),
  });
  expect(set.values.web).not.toHaveProperty('extraVolumes');
});

test('the CA files of object storage and vector store are in separate folders, because the plugin daemon reads the first', () => {
  const file = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
  const deployment = parsedDeployment({
    ...file,
    objectStorage: {
      provider: 's3',
      s3: {
        endpoint: 'https://s3.example.internal',
        caFile: './ca.pem',
        bucket: 'dify',
        accessKey: { env: 'A' },
        secretKey: { env: 'B' },
      },
    },
    vectorStore: {
      mode: 'external',
      provider: 'elasticsearch',
      elasticsearch: { url: 'https://es:9200', caFile: './ca.pem', password: { env: 'C' } },
    },
  });
  const { secret, values } = rendered(deployment);
  expect(secret.data['object-storage-ca.pem']).toBe(FILES.get('./ca.pem'));
  const items = expect.arrayContaining([
    { key: 'object-storage-ca.pem', path: 'object-storage/ca.pem' },
    { key: 'vector-store-ca.pem', path: 'vector-store-ca.pem' },
  ]);
  expect(values.pluginDaemon).toMatchObject({
    extraVolumes: [{ secret: { secretName: secret.name, items } }],
    extraEnv: expect.arrayContaining([
      { name: 'SSL_CERT_DIR', value: '/etc/ssl/certs:/etc/difyctl/certificates/object-storage' },
    ]),
  });
  expect(values.worker).toMatchObject({
    extraVolumes: [{ secret: { items } }],
    extraEnv: expect.arrayContaining([
      { name: 'AWS_CA_BUNDLE', value: '/etc/difyctl/certificates/object-storage/ca.pem' },
      { name: 'ELASTICSEARCH_CA_CERTS', value: '/etc/difyctl/certificates/vector-store-ca.pem' },
    ]),
  });
});

test('every store of each kind, with standalone Redis and Sentinel, renders to keys that the chart accepts', () => {
  for (const { deployment, name } of allCombinations()) {
    expect(() => rendered(deployment, COMBINATION_SECRETS), name).not.toThrow();
  }
});
