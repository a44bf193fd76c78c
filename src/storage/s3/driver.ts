import { withinMs } from '../../base/time-limit.ts';
import type { HttpAnswer } from '../../net/http.ts';
import type { Driver } from '../driver.ts';
import type { AddressStyle } from '../facts.ts';
import { refusal, type SignedClient, StorageError } from '../signed-client.ts';
import { elements, rootOf, textOf } from '../xml.ts';
import { type S3Keys, s3Client, signed } from './client.ts';
import { bucketUrl, type S3Place } from './places.ts';
import { s3Settings } from './settings.ts';

/** Milliseconds to wait for an answer to an announced object. A server that waits for the bytes does not answer. */
const SIZE_MS = 2_000;

/**
 * Returns a driver for a bucket over S3 with Signature Version 4 and this address style. `anonymous` and `anonymousPut`
 * send unsigned requests.
 */
export function s3Driver(
  wire: SignedClient,
  place: S3Place,
  bucket: string,
  style: AddressStyle,
  keys: S3Keys,
): Driver {
  const address = bucketUrl(place.endpoint, bucket, style);
  const host = new URL(address).hostname;

  const ask = s3Client(wire, { address, region: place.region, keys });
  const isOpen = async (path: string): Promise<boolean> =>
    (await wire.send({ url: new URL(`${address}/${path}`) })).status === 200;

  return {
    address,
    style,
    list: async (prefix) => {
      const xml = (await ask('GET', `?prefix=${prefix}&max-keys=10`).catch(noBucket)).body.toString('utf8');
      const root = rootOf(xml);
      // The list of buckets: the server took the bucket's host name for its own.
      if (root === 'ListAllMyBucketsResult') throw refusal('style', host, 200, root);
      if (root !== 'ListBucketResult')
        throw refusal('other', host, 200, 'with an answer that is not from an S3 storage');
      return elements(xml, 'Contents').map((object) => textOf(object, 'Key'));
    },
    put: async (key, body) => ({ version: versionOf(await ask('PUT', key, { body })) }),
    get: async (key) => (await ask('GET', key)).body,
    remove: async (key) => ({ mark: versionOf(await ask('DELETE', key)) }),
    purge: async (key, version) => {
      await ask('DELETE', `${key}?versionId=${encodeURIComponent(version)}`);
    },
    refusesSize: async (key, bytes) => {
      const url = new URL(`${address}/${key}`);
      const headers = await signed(
        { method: 'PUT', url, body: undefined, isAnnounced: true },
        place.region,
        keys,
        wire.time(),
      );
      const { status } = await wire.within(withinMs(SIZE_MS)).send({ method: 'PUT', url, headers, announced: bytes });
      return status === 413;
    },
    anonymousPut: async (key, body) => {
      const answer = await wire.send({ method: 'PUT', url: new URL(`${address}/${key}`), body });
      return answer.status === 200 ? { version: versionOf(answer) } : undefined;
    },
    anonymous: async (key) => ({ read: await isOpen(key), list: await isOpen('?max-keys=1') }),
    settings: () => s3Settings(async (name) => (await ask('GET', `?${name}`)).body.toString('utf8'), place),
  };
}

/** A bucket that exists has a list. "No such object" means that the address is an object's in another bucket. */
function noBucket(error: unknown): never {
  if (!(error instanceof StorageError) || error.failure.kind !== 'missing') throw error;
  throw new StorageError({ ...error.failure, kind: 'bucket' });
}

/**
 * Returns the version of an answer. A bucket with suspended versioning answers `null`. Vendors with their own headers
 * keep the ending of S3's.
 */
function versionOf({ headers }: HttpAnswer): string | undefined {
  const name = Object.keys(headers).find((header) => /^x-[a-z]+-version-id$/.test(header));
  const version = name === undefined ? undefined : headers[name];
  return version === 'null' || version === '' ? undefined : version;
}
