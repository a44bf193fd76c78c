import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/net/http.ts';
import type { S3Place } from '../../src/storage/s3/places.ts';
import { s3Versions } from '../../src/storage/s3/versions.ts';
import type { SignedClient } from '../../src/storage/signed-client.ts';

const PLACE: S3Place = {
  endpoint: new URL('https://s3.example.com'),
  region: 'us-east-1',
  style: () => 'path',
  mayChoose: true,
  inherent: 'none',
  hasArchives: false,
};

/** A bucket whose storage answers these bodies in turn. */
function bucketOf(...bodies: readonly string[]) {
  const asked: HttpRequest[] = [];
  const wire: SignedClient = {
    send: async (request) => {
      asked.push(request);
      return { status: 200, headers: {}, body: Buffer.from(bodies[asked.length - 1] ?? '') };
    },
    time: () => new Date('2026-11-29T02:00:00Z'),
    followClock: () => false,
    within: () => wire,
    seen: {},
  };
  return { asked, bucket: s3Versions(wire, PLACE, 'dify', { accessKey: 'key', secretKey: 'secret' }) };
}

const page = (inside: string): string => `<?xml version="1.0"?><ListVersionsResult>${inside}</ListVersionsResult>`;
const version = (key: string, id: string): string =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>true</IsLatest><LastModified>2026-11-29T02:00:00.000Z</LastModified><ETag>&#34;e1&#34;</ETag><Size>3</Size></Version>`;
const mark =
  '<DeleteMarker><Key>gone</Key><VersionId>v3</VersionId><IsLatest>false</IsLatest><LastModified>2026-11-29T02:01:00.000Z</LastModified></DeleteMarker>';

describe('the history of a bucket', () => {
  it('is read page by page, in the order of the storage', async () => {
    const next =
      '<IsTruncated>true</IsTruncated><NextKeyMarker>a+b%2Fc</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>';
    const { bucket, asked } = bucketOf(page(`${next}${version('a+b%2Fc', 'v1')}`), page(mark + version('gone', 'v2')));
    expect(await bucket.history()).toEqual([
      { key: 'a b/c', version: 'v1', at: '2026-11-29T02:00:00.000Z', isLatest: true, object: { bytes: 3, etag: 'e1' } },
      { key: 'gone', version: 'v3', at: '2026-11-29T02:01:00.000Z', isLatest: false },
      { key: 'gone', version: 'v2', at: '2026-11-29T02:00:00.000Z', isLatest: true, object: { bytes: 3, etag: 'e1' } },
    ]);
    expect(asked.map(({ url }) => url.href)).toEqual([
      'https://s3.example.com/dify/?versions&encoding-type=url&max-keys=400',
      'https://s3.example.com/dify/?versions&encoding-type=url&max-keys=400&key-marker=a%20b%2Fc&version-id-marker=v1',
    ]);
  });

  it.each([
    ['a page that is cut', ['<ListVersionsResult><IsTruncated>false</IsTruncated>']],
    ['another document', ['<ListBucketResult></ListBucketResult>']],
  ])('is refused after %s', async (_, bodies) => {
    await expect(bucketOf(...bodies).bucket.history()).rejects.toThrow('a list of versions that is not complete');
  });

  it('is refused if the storage repeats a page', async () => {
    const again = page('<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>');
    await expect(bucketOf(again, again).bucket.history()).rejects.toThrow('the same page of versions again');
  });
});

it('a copy is refused if the storage answers 200 with an error', async () => {
  const { bucket, asked } = bucketOf('<Error><Code>InternalError</Code></Error>');
  await expect(bucket.copy('a b/c', 'v1', 'other')).rejects.toThrow('answers 200 Error to a copy');
  expect([asked[0]?.url.href, asked[0]?.headers?.['x-amz-copy-source']]).toEqual([
    'https://s3.example.com/other/a%20b/c',
    '/dify/a%20b/c?versionId=v1',
  ]);
});
