import type { Deployment } from '../../deployment/schema/deployment.ts';
import { describedStore, storeCaFile, storeField } from '../../providers/object-storage/registry.ts';
import { storeCaFile as vectorStoreCaFile } from '../../providers/vector-store/registry.ts';
import type { ContainerPaths } from './addresses.ts';

/** A data service whose server certificate may be signed by a CA of the operator. */
export type CaOwner = 'postgres' | 'redis' | 'objectStorage' | 'vectorStore';

/**
 * File names in the folder of certificates. Object storage has its own subfolder, because the plugin daemon reads the
 * whole folder and must find no other authority in it.
 */
const FILES: Readonly<Record<CaOwner, string>> = {
  postgres: 'postgres-ca.pem',
  redis: 'redis-ca.pem',
  objectStorage: 'object-storage/ca.pem',
  vectorStore: 'vector-store-ca.pem',
};

/** Path of a service's CA file, the same in every container that connects to it. */
export function caFilePath({ certificates }: Pick<ContainerPaths, 'certificates'>, owner: CaOwner): string {
  return `${certificates}/${FILES[owner]}`;
}

/** Path of a service's CA file, relative to the folder of certificates. */
export function caFileName(owner: CaOwner): string {
  return FILES[owner];
}

/** A CA file that the deployment names and at least one connection uses. */
export interface CaCertificate {
  readonly owner: CaOwner;
  /** The field of the file that names it. */
  readonly field: string;
  /** The path as written in the file. */
  readonly path: string;
}

/** The CA files in use, at most one per service. */
export function caCertificates({ postgres, redis, objectStorage, vectorStore }: Deployment): readonly CaCertificate[] {
  const storage = objectStorage.provider === 'local' ? undefined : describedStore(objectStorage).provider;
  const named: readonly (readonly [CaOwner, string, string | undefined])[] = [
    ['postgres', 'postgres.tls.caFile', tlsFile(postgres)],
    ['redis', 'redis.tls.caFile', tlsFile(redis)],
    ['objectStorage', storage === undefined ? '' : storeField(storage, 'caFile'), storageCaFile(objectStorage)],
    ['vectorStore', `vectorStore.${vectorStore.provider}.caFile`, vectorsCaFile(vectorStore)],
  ];
  return named.flatMap(([owner, field, path]) => (path === undefined ? [] : [{ owner, field, path }]));
}

function tlsFile(service: Deployment['postgres'] | Deployment['redis']): string | undefined {
  return service.mode === 'bundled' || service.tls.mode === 'disable' ? undefined : service.tls.caFile;
}

/** The CA file in use for object storage. Undefined if there is none, or Dify does not connect to an https endpoint. */
export function storageCaFile(storage: Deployment['objectStorage']): string | undefined {
  return storage.provider === 'local' ? undefined : storeCaFile(storage);
}

/** The path in the container of the CA file in use for object storage. Undefined if there is none. */
export function storageCaPath(
  storage: Deployment['objectStorage'],
  paths: Pick<ContainerPaths, 'certificates'>,
): string | undefined {
  return storageCaFile(storage) === undefined ? undefined : caFilePath(paths, 'objectStorage');
}

/** The CA file in use for the vector store. Undefined if the store is bundled or connects without TLS. */
export function vectorsCaFile(store: Deployment['vectorStore']): string | undefined {
  return store.mode === 'bundled' ? undefined : vectorStoreCaFile(store);
}
