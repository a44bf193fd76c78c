import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { type EnvEntry, literal } from '../../providers/env-entry.ts';
import { describedStore, storeBuckets } from '../../providers/object-storage/registry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { storageCaPath } from './ca-certificates.ts';

/**
 * Object storage in the variables that the plugin daemon 0.6.3 reads in its container. (Upstream's `.env` has other
 * names, with the prefix PLUGIN_.)
 */
export function pluginStorage(storage: ObjectStorage, addresses: ServiceAddresses): readonly EnvEntry[] {
  return [...vendor(storage, addresses), literal('PLUGIN_WORKING_PATH', addresses.paths.pluginWorking)];
}

function vendor(storage: ObjectStorage, { paths }: ServiceAddresses): readonly EnvEntry[] {
  if (storage.provider === 'local') {
    return [literal('PLUGIN_STORAGE_TYPE', 'local'), literal('PLUGIN_STORAGE_LOCAL_ROOT', paths.pluginStorage)];
  }
  const { provider, at } = describedStore(storage);
  const entries = provider.pluginEnv(at, { ca: storageCaPath(storage, paths) });
  if (provider.sharedBucket !== undefined) return entries;
  return [...entries, literal('PLUGIN_STORAGE_OSS_BUCKET', storeBuckets(storage).pluginDaemon)];
}
