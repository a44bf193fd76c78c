import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { describedStore } from '../../providers/object-storage/registry.ts';
import { type AzureAccount, azureDriver } from '../../storage/azure/driver.ts';
import type { Driver } from '../../storage/driver.ts';
import type { Failure } from '../../storage/facts.ts';
import { serviceAccountOf } from '../../storage/gcs/account.ts';
import { GOOGLE, gcsDriver } from '../../storage/gcs/driver.ts';
import { fetchToken } from '../../storage/gcs/token.ts';
import type { S3Keys } from '../../storage/s3/client.ts';
import { s3PlaceOf } from '../../storage/s3/places.ts';
import { type Reach, type SignedClient, StorageError } from '../../storage/signed-client.ts';
import type { BucketFact } from './facts.ts';
import type { PlannedBucket } from './plan.ts';
import { probeBucket } from './probe.ts';
import { probeS3 } from './s3/probe.ts';

/** An object storage of the deployment: its endpoint, and how to probe a bucket with the deployment's keys. */
export interface StorageService {
  readonly endpoint: URL;
  probe(reach: Reach, bucket: PlannedBucket): Promise<BucketFact>;
}

/**
 * The service of the deployment's object storage; undefined for local storage. Reads secrets only when a bucket is
 * probed.
 */
export function serviceOf(storage: ObjectStorage, secrets: SecretValues): StorageService | undefined {
  if (storage.provider === 'azure-blob') {
    const { accountName: name, accountUrl: url } = storage.azureBlob;
    const account = (): AzureAccount => ({ name, url, key: secrets.get('objectStorage.azureBlob.accountKey') });
    return { endpoint: new URL(url), probe: probing((wire, bucket) => azureDriver(wire, account(), bucket)) };
  }
  if (storage.provider === 'gcs') {
    const key = () => secrets.get('objectStorage.gcs.serviceAccountJson');
    return { endpoint: GOOGLE, probe: probing((wire, bucket) => gcsDriver(wire, bucket, tokenFor(wire, key()))) };
  }
  const place = s3PlaceOf(storage);
  const keys = s3Keys(storage, secrets);
  if (place === undefined || keys === undefined) return undefined;
  return {
    endpoint: place.endpoint,
    probe: (reach, bucket) => probeS3(reach, place, bucket, keys()),
  };
}

/** A probe with one driver for the work and another for the cleanup. */
function probing(driverOn: (wire: SignedClient, bucket: string) => Driver): StorageService['probe'] {
  return async ({ wire, cleaner, largest }, bucket) => {
    const driver = driverOn(wire, bucket.name);
    const probed = await probeBucket(driver, driverOn(cleaner, bucket.name), largest);
    return { ...bucket, address: driver.address, ...wire.seen, ...probed };
  };
}

const NO_ACCOUNT: Failure = {
  kind: 'login',
  stage: 'login',
  host: GOOGLE.hostname,
  code: 'NoServiceAccount',
  text: 'was not probed',
};

/** One token for all requests of a driver, fetched with the first request. */
function tokenFor(wire: SignedClient, json: string): () => Promise<string> {
  let token: Promise<string> | undefined;
  const fetched = async (): Promise<string> => {
    const account = serviceAccountOf(json);
    if (account === undefined) throw new StorageError(NO_ACCOUNT);
    return fetchToken(wire, account);
  };
  return () => {
    token ??= fetched();
    return token;
  };
}

/** Returns a function that reads the keys of a storage with S3. Undefined for other storages. */
function s3Keys(storage: ObjectStorage, secrets: SecretValues): (() => S3Keys) | undefined {
  if (storage.provider === 'local') return undefined;
  const { block, keys } = describedStore(storage).provider;
  if (keys === undefined) return undefined;
  return () => ({
    accessKey: secrets.get(`objectStorage.${block}.${keys.id}`),
    secretKey: secrets.get(`objectStorage.${block}.${keys.secret}`),
  });
}
