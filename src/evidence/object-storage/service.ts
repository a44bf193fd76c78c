import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import type { BucketFact } from './facts.ts';
import type { PlannedBucket } from './plan.ts';
import type { S3Keys } from './s3/driver.ts';
import { s3PlaceOf } from './s3/places.ts';
import { probeS3 } from './s3/probe.ts';
import type { Wire } from './wire.ts';

/** How one probe reaches the storage. */
export interface Reach {
  readonly wire: Wire;
  /** Goes on where the time of the probe is over, to remove what it made. */
  readonly cleaner: Wire;
}

/** A storage of the deployment: where it is, and how a bucket of it is probed with the deployment's keys. */
export interface StorageService {
  readonly endpoint: URL;
  probe(reach: Reach, bucket: PlannedBucket): Promise<BucketFact>;
}

/** The service behind the deployment's object storage; undefined for local storage. Secrets are read when a bucket is probed. */
export function serviceOf(storage: ObjectStorage, secrets: SecretValues): StorageService | undefined {
  const place = s3PlaceOf(storage);
  if (place !== undefined) {
    const keys = (): S3Keys => s3Keys(storage, secrets);
    return {
      endpoint: place.endpoint,
      probe: ({ wire, cleaner }, bucket) => probeS3(wire, cleaner, place, bucket, keys()),
    };
  }
  return undefined;
}

function s3Keys({ provider }: ObjectStorage, secrets: SecretValues): S3Keys {
  const block = provider.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const id = provider === 'tencent-cos' ? 'secretId' : 'accessKey';
  return {
    accessKey: secrets.get(`objectStorage.${block}.${id}`),
    secretKey: secrets.get(`objectStorage.${block}.secretKey`),
  };
}
