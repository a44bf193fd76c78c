import type { MinioService } from '../testbed/services/minio.ts';

const encoded = (key: string): string => key.split('/').map(encodeURIComponent).join('/');

/** Requests of MinIO at the same time. */
const AT_ONCE = 16;

/** The keys of a bucket, sorted. */
async function bucketKeys(minio: MinioService, bucket: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (;;) {
    const last = keys.at(-1);
    const query = `list-type=2${last === undefined ? '' : `&start-after=${encodeURIComponent(last)}`}`;
    const { status, body } = await minio.request('GET', `/${bucket}`, { query });
    if (status !== 200) throw new Error(`GET ${bucket}: ${status} ${body}`);
    keys.push(...[...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key.replaceAll('&amp;', '&')));
    if (!body.includes('<IsTruncated>true</IsTruncated>')) return keys;
  }
}

/** Sends a request for each object of a bucket. Returns the answers by their keys. */
async function requestEach(minio: MinioService, method: string, bucket: string): Promise<Map<string, string>> {
  const left = [...(await bucketKeys(minio, bucket))];
  const answers = new Map<string, string>();
  const work = async (): Promise<void> => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) {
      const { status, body } = await minio.request(method, `/${bucket}/${encoded(key)}`);
      if (status >= 300) throw new Error(`${method} ${bucket}/${key}: ${status} ${body}`);
      answers.set(key, body);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

/** The contents of each object of a bucket, by its key. */
export async function bucketContents(minio: MinioService, bucket: string): Promise<ReadonlyMap<string, string>> {
  return requestEach(minio, 'GET', bucket);
}

/** Deletes every object of a bucket. */
export async function emptyBucket(minio: MinioService, bucket: string): Promise<void> {
  await requestEach(minio, 'DELETE', bucket);
}
