import { UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { customCa } from '../../net/custom-ca.ts';
import { dialHere } from '../../net/dial.ts';
import { describedStore, identityOf, storeCaFile } from '../../providers/object-storage/registry.ts';
import { s3PlaceOf } from '../../storage/s3/places.ts';
import { s3Versions, type VersionedBucket } from '../../storage/s3/versions.ts';
import { createSignedClient } from '../../storage/signed-client.ts';
import { bucketRequest } from './bucket-request.ts';

interface BucketInput {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml. Paths in the file are relative to it. */
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly signal: AbortSignal;
}

/** A bucket with versions, whose methods throw ExternalError. */
export interface OpenBucket extends VersionedBucket {
  /** The address of the storage, without the bucket: `https://s3.example.com`. */
  readonly endpoint: string;
}

/** Milliseconds to connect; twice as many for an answer. A copy of a large object inside the storage takes a while. */
const LIMIT_MS = 150_000;

/**
 * Opens a bucket of the deployment's storage. Throws UserError for a storage without S3, or without keys of its own:
 * difyctl reads old versions over S3 with the keys of the file.
 */
export async function openVersions(bucket: string, input: BucketInput): Promise<OpenBucket> {
  const { deployment, baseDirectory, secrets, signal } = input;
  const { objectStorage } = deployment;
  const place = s3PlaceOf(objectStorage);
  if (objectStorage.provider === 'local' || place === undefined) {
    throw new UserError(
      `recovery.backup.objects is versions, and difyctl reads versions only over S3; objectStorage is ${objectStorage.provider}`,
      { next: ['set recovery.backup.objects to copy'] },
    );
  }
  const { block, keys } = describedStore(objectStorage).provider;
  if (keys === undefined || identityOf(objectStorage) === 'workload') {
    throw new UserError('difyctl reads the versions of objects with an access key, and the file names none', {
      next: ['set recovery.backup.objects to copy', `or name keys in objectStorage.${block}`],
    });
  }
  const secret = (name: string): string => {
    const path = `objectStorage.${block}.${name}` as const;
    const missing = secrets.unresolved.find((one) => one.path === path);
    if (missing === undefined) return secrets.get(path);
    throw new UserError(`${path} was not found: ${missing.reason}`, {
      next: ['difyctl checks explain config.secrets'],
    });
  };
  const login = { accessKey: secret(keys.id), secretKey: secret(keys.secret) };
  const trust = await bucketRequest(bucket, () => customCa(storeCaFile(objectStorage), baseDirectory));
  const wire = createSignedClient({ dial: dialHere, signal, limitMs: LIMIT_MS, now: () => new Date(), ...trust });
  const opened = s3Versions(wire, place, bucket, login);
  return {
    ...opened,
    endpoint: place.endpoint.origin,
    history: () => bucketRequest(bucket, opened.history),
    read: (key, version) => bucketRequest(bucket, () => opened.read(key, version)),
    copy: (key, version, to) => bucketRequest(bucket, () => opened.copy(key, version, to)),
    settings: () => bucketRequest(bucket, opened.settings),
  };
}
