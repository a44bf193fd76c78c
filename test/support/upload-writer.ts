import type { MinioService } from '../testbed/services/minio.ts';
import type { PostgresService } from '../testbed/services/postgres.ts';

/** One uploaded file. */
interface Upload {
  readonly key: string;
  readonly text: string;
  /** Milliseconds since the epoch, after its row was committed. */
  readonly committedAt: number;
}

/** A user of Dify who uploads one file after another. */
export interface UploadWriter {
  /** The uploads so far, in their order. */
  readonly done: readonly Upload[];
  /** Waits for an upload that begins after this call. */
  another(): Promise<void>;
  /** Ends the uploads. Throws the error of one that failed. */
  stop(): Promise<void>;
}

/**
 * Uploads files into the bucket `dify` below `folder` until it is stopped. As Dify does, it writes first the object,
 * then the row.
 */
export function startUploads(minio: MinioService, postgres: PostgresService, folder: string): UploadWriter {
  const done: Upload[] = [];
  const waiting: { readonly after: number; readonly end: () => void }[] = [];
  let isStopped = false;
  const upload = async (): Promise<void> => {
    const number = done.length;
    const [key, text] = [`${folder}/${number}.txt`, `upload ${number}`];
    const { status, body } = await minio.request('PUT', `/dify/${key}`, { body: text });
    if (status !== 200) throw new Error(`PUT ${key}: ${status} ${body}`);
    const row = `('${key}', clock_timestamp() AT TIME ZONE 'UTC')`;
    await postgres.query(`INSERT INTO upload_files (key, created_at) VALUES ${row}`, 'dify');
    done.push({ key, text, committedAt: Date.now() });
    for (const { after, end } of waiting) if (done.length > after) end();
  };
  const writing = (async (): Promise<void> => {
    while (!isStopped) await upload();
  })();
  // `another` and `stop` report the error.
  writing.catch(() => undefined);
  const failure = writing.then(() => {
    throw new Error('the uploads were stopped');
  });
  failure.catch(() => undefined);
  return {
    done,
    another: () => {
      // The upload that runs now began before this call.
      const next = new Promise<void>((end) => waiting.push({ after: done.length + 1, end }));
      return Promise.race([next, failure]);
    },
    stop: async () => {
      isStopped = true;
      await writing;
    },
  };
}
