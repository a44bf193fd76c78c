import { describe, expect, it } from 'vitest';
import { OWN_KEYS } from '../../src/deployment/own-keys.ts';
import { requiredSecrets } from '../../src/deployment/required-secrets.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../support/deployments.ts';

describe('requiredSecrets', () => {
  it('contains Dify’s own keys and the passwords of bundled services, all generated', () => {
    const secrets = requiredSecrets(sampleDeployment('test-compose-bundled'));
    expect(secrets.map(({ path }) => path).toSorted()).toEqual(
      [
        ...OWN_KEYS.map((key) => `secrets.${key}`),
        'postgres.password',
        'redis.password',
        'vectorStore.apiKey',
      ].toSorted(),
    );
    expect(secrets.every(({ ref }) => 'generated' in ref)).toBe(true);
  });

  it('contains every reference that the file has', () => {
    const outside = requiredSecrets(sampleDeployment('prod-kubernetes-oss-tencent')).filter(
      ({ ref }) => !('generated' in ref),
    );
    expect(outside.map(({ path, ref }) => [path, ref])).toEqual([
      ['postgres.databases.main.password', { env: 'DIFY_PG_MAIN' }],
      ['postgres.password', { env: 'DIFY_PG_PASSWORD' }],
      ['redis.password', { kubernetes: { name: 'redis', key: 'password' } }],
      ['objectStorage.aliyunOss.accessKey', { env: 'DIFY_OSS_ACCESS_KEY' }],
      ['objectStorage.aliyunOss.secretKey', { env: 'DIFY_OSS_SECRET_KEY' }],
      ['vectorStore.tencent.apiKey', { env: 'DIFY_TENCENT_KEY' }],
    ]);
  });

  it('contains the Sentinels’ own password and the agent’s URL', () => {
    const paths = requiredSecrets(sampleDeployment('prod-kubernetes-sentinel-azure-pgvector')).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['redis.sentinel.password', 'redis.agentUrl', 'redis.password']));
  });

  it('protects secrets that cannot be regenerated: the key of stored credentials and the password in a bundled volume', () => {
    const protectedPaths = requiredSecrets(sampleDeployment('test-compose-bundled')).filter(
      ({ protectsData }) => protectsData,
    );
    expect(protectedPaths.map(({ path }) => path)).toEqual(['secrets.secretKey', 'postgres.password']);
    const given = parsedDeployment({ ...SAMPLE_FILES['test-compose-bundled'], secrets: { secretKey: { env: 'KEY' } } });
    expect(requiredSecrets(given).find(({ path }) => path === 'secrets.secretKey')).toMatchObject({
      ref: { env: 'KEY' },
      protectsData: false,
    });
  });

  it('gives the agent server the one format that it accepts', () => {
    const forms = requiredSecrets(sampleDeployment('test-compose-bundled')).filter(({ form }) => form !== 'token');
    expect(forms.map(({ path, form }) => [path, form])).toEqual([['secrets.agentServerSecretKey', 'base64url-32']]);
  });
});
