import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { startMinio } from '../testbed/services/minio.ts';

/** A real MinIO with the two buckets of Dify, and what the file and the environment of a deployment need for them. */
export interface FileBuckets {
  readonly file: object;
  readonly env: Readonly<Record<string, string>>;
  /** Moves the files of a folder into the bucket of Dify's files, or into that of the plugin daemon. */
  take(folder: string): Promise<void>;
  /** The contents of each object, by `BUCKET/KEY`. */
  contents(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

const [FILES, PLUGINS] = ['dify', 'dify-plugin'];

export async function startFileBuckets(): Promise<FileBuckets> {
  const minio = await startMinio({ buckets: [FILES, PLUGINS] });
  const { endpoint, region } = minio;
  /** `place`: `/BUCKET/KEY`, not encoded. */
  const request = async (method: string, place: string, query = '', body = ''): Promise<string> => {
    const encoded = place.split('/').map(encodeURIComponent).join('/');
    const answer = await minio.request(method, encoded, { query, body });
    if (answer.status >= 300) throw new Error(`${method} ${place}?${query}: ${answer.status} ${answer.body}`);
    return answer.body;
  };
  const keys = async (bucket: string): Promise<readonly string[]> =>
    [...(await request('GET', `/${bucket}`, 'list-type=2')).matchAll(/<Key>([^<]*)<\/Key>/g)].map(
      ([, key = '']) => `/${bucket}/${key.replaceAll('&amp;', '&')}`,
    );
  return {
    file: {
      objectStorage: {
        provider: 's3',
        s3: {
          ...{ endpoint, bucket: FILES, pluginBucket: PLUGINS, region, addressStyle: 'path' },
          ...{ accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } },
        },
      },
    },
    env: { DIFY_S3_ACCESS_KEY: minio.accessKey, DIFY_S3_SECRET_KEY: minio.secretKey },
    take: async (folder) => {
      const bucket = path.basename(folder) === 'plugin_daemon' ? PLUGINS : FILES;
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((one) => one.isFile())) {
        const file = path.join(entry.parentPath, entry.name);
        await request('PUT', `/${bucket}/${path.relative(folder, file)}`, '', await readFile(file, 'utf8'));
      }
      await rm(folder, { recursive: true });
    },
    contents: async () => {
      const found = [...(await keys(FILES)), ...(await keys(PLUGINS))];
      return Object.fromEntries(await Promise.all(found.map(async (one) => [one, await request('GET', one)] as const)));
    },
    stop: () => minio.stop(),
  };
}
