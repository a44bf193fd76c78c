import type { SecretRef } from '../base/secret-ref.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { describedStore, identityOf, storeBuckets, storeCaFile } from '../providers/object-storage/registry.ts';
import { s3PlaceOf } from '../storage/s3/places.ts';
import type { RunbookInput } from './input.ts';
import { type Remote, remoteExports, s3Settings } from './rclone.ts';
import { diskFolders } from './target.ts';

type Bucketed = Exclude<Deployment['objectStorage'], { readonly provider: 'local' }>;

/** Values about Dify's files and the packages of plugins. */
export function fileValues({ deployment, baseDirectory }: RunbookInput) {
  const { objectStorage, recovery } = deployment;
  const store = objectStorage.provider === 'local' ? undefined : objectStorage;
  const buckets = store === undefined ? undefined : storeBuckets(store);
  const folders = diskFolders(deployment, baseDirectory);
  const { replication = 'none', versioning = false } = recovery?.objectStorage ?? {};
  return {
    hasBucket: store !== undefined,
    bucket: buckets?.api ?? '',
    pluginBucket: buckets?.pluginDaemon ?? '',
    account: store?.provider === 'azure-blob' ? store.azureBlob.accountName : '',
    gcs: store?.provider === 'gcs',
    azureBlob: store?.provider === 'azure-blob',
    speaksS3: store !== undefined && s3PlaceOf(store) !== undefined,
    versioned: versioning,
    replicated: replication !== 'none',
    filesFolder: folders?.files ?? '',
    pluginsFolder: folders?.plugins ?? '',
    restoredFiles: folders?.files ?? 'restore/objects',
    restoredPlugins: folders?.plugins ?? 'restore/plugin-storage',
    ...rcloneValues(store, baseDirectory),
  };
}

/** The remote `dify` of rclone as variables. */
function rcloneValues(store: Bucketed | undefined, baseDirectory: string) {
  const remote: Remote = store === undefined ? { settings: {}, secrets: {} } : remoteOf(store);
  const ca = store === undefined ? undefined : storeCaFile(store);
  const { settings, fromEnv, fromFile, fromSecret } = remoteExports('DIFY', remote, ca, baseDirectory);
  return {
    rcloneSettings: settings,
    rcloneFromEnv: fromEnv,
    rcloneFromFile: fromFile,
    rcloneFromSecret: fromSecret,
  };
}

function remoteOf(store: Bucketed): Remote {
  const isWorkload = identityOf(store) === 'workload';
  if (store.provider === 'azure-blob') {
    const { accountName, accountUrl, accountKey } = store.azureBlob;
    // rclone has this address by itself; versions before 1.61 take an endpoint for the end of a host name.
    const isUsual = new URL(accountUrl).host === `${accountName}.blob.core.windows.net`;
    const endpoint: Readonly<Record<string, string>> = isUsual ? {} : { ENDPOINT: accountUrl };
    const settings = { TYPE: 'azureblob', ACCOUNT: accountName, ...endpoint };
    return isWorkload
      ? { settings: { ...settings, ENV_AUTH: 'true' }, secrets: {} }
      : { settings, secrets: { KEY: accountKey } };
  }
  if (store.provider === 'gcs') {
    const settings = { TYPE: 'google cloud storage', BUCKET_POLICY_ONLY: 'true' };
    return isWorkload
      ? { settings: { ...settings, ENV_AUTH: 'true' }, secrets: {} }
      : { settings, secrets: { SERVICE_ACCOUNT_CREDENTIALS: store.gcs.serviceAccountJson } };
  }
  const place = s3PlaceOf(store);
  const { provider, at } = describedStore(store);
  const isPathStyle = place?.style(storeBuckets(store).api) === 'path';
  const settings = s3Settings(place?.endpoint.origin ?? '', place?.region ?? '', isPathStyle);
  const { keys } = provider;
  if (keys === undefined || isWorkload) return { settings: { ...settings, ENV_AUTH: 'true' }, secrets: {} };
  const ref = (field: string): SecretRef | undefined => at[field] as SecretRef | undefined;
  return { settings, secrets: { ACCESS_KEY_ID: ref(keys.id), SECRET_ACCESS_KEY: ref(keys.secret) } };
}
