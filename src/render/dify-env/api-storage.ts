import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { type EnvEntry, literal } from '../../providers/env-entry.ts';
import { describedStore } from '../../providers/object-storage/registry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { storageCaPath } from './ca-certificates.ts';

/** Object storage in the variables of api, worker, beat and websocket: STORAGE_TYPE and the provider's block. */
export function apiStorage(storage: ObjectStorage, { paths }: ServiceAddresses): readonly EnvEntry[] {
  if (storage.provider === 'local') {
    return [
      literal('STORAGE_TYPE', 'opendal'),
      literal('OPENDAL_SCHEME', 'fs'),
      literal('OPENDAL_FS_ROOT', paths.storage),
    ];
  }
  const { provider, at } = describedStore(storage);
  return provider.apiEnv(at, { ca: storageCaPath(storage, paths) });
}
