import type { Deployment } from '../../deployment/schema/deployment.ts';
import { storeCaFile } from '../../providers/vector-store/registry.ts';
import type { ContainerPaths } from './addresses.ts';

/** A data service whose server certificate is judged by a CA of the operator's own. */
export type CaOwner = 'postgres' | 'redis' | 'objectStorage' | 'vectorStore';

/**
 * Below the folder of certificates. Object storage has a folder of its own, which the plugin daemon is told to read as a whole: it shall find no
 * other authority there.
 */
const FILES: Readonly<Record<CaOwner, string>> = {
  postgres: 'postgres-ca.pem',
  redis: 'redis-ca.pem',
  objectStorage: 'object-storage/ca.pem',
  vectorStore: 'vector-store-ca.pem',
};

/** Where a service's CA file stands in every container that connects to it. */
export function caFilePath({ certificates }: Pick<ContainerPaths, 'certificates'>, owner: CaOwner): string {
  return `${certificates}/${FILES[owner]}`;
}

/** The same, from the folder of certificates. */
export function caFileName(owner: CaOwner): string {
  return FILES[owner];
}

/** A CA file that the deployment names and something is connected with. */
export interface CaCertificate {
  readonly owner: CaOwner;
  /** The field that names it. */
  readonly field: string;
  /** As it stands in the file. */
  readonly path: string;
}

/** The CA files in use, one for a service. */
export function caCertificates({ postgres, redis, objectStorage, vectorStore }: Deployment): readonly CaCertificate[] {
  const named: readonly (readonly [CaOwner, string, string | undefined])[] = [
    ['postgres', 'postgres.tls.caFile', tlsFile(postgres)],
    ['redis', 'redis.tls.caFile', tlsFile(redis)],
    [
      'objectStorage',
      'objectStorage.s3.caFile',
      objectStorage.provider === 's3' ? s3CaFile(objectStorage.s3) : undefined,
    ],
    ['vectorStore', `vectorStore.${vectorStore.provider}.caFile`, vectorsCaFile(vectorStore)],
  ];
  return named.flatMap(([owner, field, path]) => (path === undefined ? [] : [{ owner, field, path }]));
}

function tlsFile(service: Deployment['postgres'] | Deployment['redis']): string | undefined {
  return service.mode === 'bundled' || service.tls.mode === 'disable' ? undefined : service.tls.caFile;
}

type S3 = Extract<Deployment['objectStorage'], { readonly provider: 's3' }>['s3'];

/** The authority in use for S3: with an identity Dify asks Amazon S3 itself, at no endpoint of one's own. */
export function s3CaFile({ endpoint, identity, caFile }: S3): string | undefined {
  return endpoint?.startsWith('https:') === true && identity === undefined ? caFile : undefined;
}

/** The authority in use for the vector store. */
export function vectorsCaFile(store: Deployment['vectorStore']): string | undefined {
  return store.mode === 'bundled' ? undefined : storeCaFile(store);
}
