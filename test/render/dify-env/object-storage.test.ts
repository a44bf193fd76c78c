import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { OBJECT_STORES } from './object-storage-facts.ts';
import { seen } from './resolved.ts';

const keys = { accessKey: { env: 'X' }, secretKey: { env: 'X' } };

test.each(OBJECT_STORES)('%s', (provider, block, api, plugin) => {
  const objectStorage = { provider, ...block };
  expect(seen('api', { objectStorage })).toMatchObject(api);
  expect(seen('worker', { objectStorage })).toMatchObject(api);
  expect(seen('pluginDaemon', { objectStorage })).toMatchObject(plugin);
});

const STYLES = [
  ['auto', undefined, 'false'],
  ['auto', 'https://minio.example', 'true'],
  ['virtual', 'https://minio.example', 'false'],
  ['path', undefined, 'true'],
] as const;
test.each(STYLES)('address style %s at endpoint %s: path style %s', (addressStyle, endpoint, pathStyle) => {
  const s3 = { bucket: 'dify', addressStyle, ...keys, ...(endpoint === undefined ? {} : { endpoint }) };
  const plugin = seen('pluginDaemon', { objectStorage: { provider: 's3', s3 } });
  expect(plugin.S3_USE_PATH_STYLE).toBe(pathStyle);
  expect(plugin.S3_USE_AWS).toBe(String(endpoint === undefined));
});

test('a workload identity renders no key', () => {
  const objectStorage = { provider: 's3', s3: { bucket: 'dify', identity: 'workload' } };
  const api = seen('api', { objectStorage });
  const plugin = seen('pluginDaemon', { objectStorage });
  expect(api.S3_USE_AWS_MANAGED_IAM).toBe('true');
  expect(plugin.S3_USE_AWS_MANAGED_IAM).toBe('true');
  for (const name of ['S3_ACCESS_KEY', 'S3_SECRET_KEY']) expect(api).not.toHaveProperty(name);
  for (const name of ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY']) expect(plugin).not.toHaveProperty(name);
});

test('a workload identity at Azure and Google sets the variables of api and plugin daemon, and no key', () => {
  const storageOf = (component: 'api' | 'pluginDaemon', objectStorage: JsonObject) =>
    Object.fromEntries(
      Object.entries(seen(component, { objectStorage })).filter(([name]) => /STORAGE_TYPE|AZURE|GOOGLE|GCS/.test(name)),
    );
  const accountUrl = 'https://acme.blob.core.windows.net';
  const azure = {
    provider: 'azure-blob',
    azureBlob: { accountName: 'acme', accountUrl, container: 'dify', identity: 'workload' },
  };
  expect(storageOf('api', azure)).toEqual({
    STORAGE_TYPE: 'azure-blob',
    AZURE_BLOB_ACCOUNT_NAME: 'acme',
    AZURE_BLOB_ACCOUNT_KEY: 'managedidentity',
    AZURE_BLOB_CONTAINER_NAME: 'dify',
    AZURE_BLOB_ACCOUNT_URL: accountUrl,
  });
  expect(storageOf('pluginDaemon', azure)).toEqual({
    PLUGIN_STORAGE_TYPE: 'azure_blob',
    AZURE_BLOB_STORAGE_CONTAINER_NAME: 'dify',
    AZURE_BLOB_STORAGE_USE_MANAGED_IDENTITY: 'true',
    AZURE_BLOB_STORAGE_ACCOUNT_URL: accountUrl,
  });
  const google = { provider: 'gcs', gcs: { bucket: 'dify', identity: 'workload' } };
  expect(storageOf('api', google)).toEqual({ STORAGE_TYPE: 'google-storage', GOOGLE_STORAGE_BUCKET_NAME: 'dify' });
  expect(storageOf('pluginDaemon', google)).toEqual({ PLUGIN_STORAGE_TYPE: 'google-storage' });
});
