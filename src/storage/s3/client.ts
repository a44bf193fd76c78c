import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../../net/http.ts';
import { type SignedClient, StorageError } from '../signed-client.ts';
import { s3Refusal } from './codes.ts';

export interface S3Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

interface S3Login {
  /** The URL of the bucket, without a trailing slash. */
  readonly address: string;
  readonly region: string;
  readonly keys: S3Keys;
}

/** What a request has besides its method and path. */
interface S3Parts {
  readonly body?: Uint8Array | undefined;
  /** Headers that are signed too, such as `x-amz-copy-source`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request to `KEY` or `?SUBRESOURCE` of a bucket, and returns an answer of success. Throws StorageError. */
export type S3Client = (method: string, path: string, parts?: S3Parts) => Promise<HttpAnswer>;

/** Returns a client of one bucket with Signature Version 4. It follows the clock of the storage if that differs. */
export function s3Client(wire: SignedClient, { address, region, keys }: S3Login): S3Client {
  const once = async (method: string, url: URL, { body, headers: more = {} }: S3Parts): Promise<HttpAnswer> => {
    const headers = await signed({ method, url, body, headers: more }, region, keys, wire.time());
    const answer = await wire.send({ method, url, headers, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw s3Refusal(new URL(address).hostname, answer);
  };
  return async (method, path, parts = {}) => {
    const url = new URL(`${address}/${path}`);
    try {
      return await once(method, url, parts);
    } catch (error) {
      const isClock = error instanceof StorageError && error.failure.kind === 'clock';
      if (!isClock || !wire.followClock()) throw error;
      return once(method, url, parts);
    }
  };
}

interface Signable {
  readonly method: string;
  readonly url: URL;
  readonly body: Uint8Array | undefined;
  /** True if the body is sent later or never. */
  readonly isAnnounced?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Characters of a header. For other characters, a library reports the character and its place, which reveals a part
 * of the key.
 */
const IN_A_HEADER = /^[\x20-\x7e]*$/;

/** Returns the headers of a signed request. Throws StorageError for a key id that no header can contain. */
export async function signed(
  { method, url, body, isAnnounced, headers }: Signable,
  region: string,
  keys: S3Keys,
  time: Date,
): Promise<Record<string, string>> {
  if (!IN_A_HEADER.test(keys.accessKey)) {
    const text = 'was not probed: the key id contains characters that no request can contain';
    throw new StorageError({ kind: 'login', host: url.host, stage: 'login', code: 'EINVAL', text });
  }
  const { AwsV4Signer } = await import('aws4fetch');
  const digest = (algorithm: string) => createHash(algorithm).update(body ?? '');
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: {
      ...headers,
      'x-amz-content-sha256': isAnnounced ? 'UNSIGNED-PAYLOAD' : digest('sha256').digest('hex'),
      // A bucket with a default retention accepts no object without it (Amazon S3, PutObject).
      ...(body === undefined ? {} : { 'content-md5': digest('md5').digest('base64') }),
    },
    accessKeyId: keys.accessKey,
    secretAccessKey: keys.secretKey,
    service: 's3',
    region,
    datetime: time.toISOString().replaceAll(/[-:]|\.\d+/g, ''),
  });
  return Object.fromEntries((await signer.sign()).headers);
}
