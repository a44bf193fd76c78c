import { randomUUID } from 'node:crypto';
import type { MinioService } from '../testbed/services/minio.ts';
import type { PostgresService } from '../testbed/services/postgres.ts';
import { BASE } from './knowledge-base.ts';

/** One uploaded file, and the only segment that the knowledge base has of it. */
interface Upload {
  readonly key: string;
  readonly text: string;
  /** Id of the row of the segment, and of its vector. */
  readonly segment: string;
  /** Milliseconds since the epoch, after its rows were committed. */
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

/** Where uploads are stored. */
interface UploadPlaces {
  /** The folder of the keys. */
  readonly folder: string;
  /** Stores an object of Dify's files. */
  put(key: string, text: string): Promise<void>;
  /** Runs statements in the main database. */
  query(statements: string): Promise<unknown>;
  /** Stores a vector of three dimensions. Undefined: the files are not in the knowledge base. */
  embed?(segment: string, vector: readonly number[]): Promise<unknown>;
}

/** Uploads files into the bucket `dify` below `folder` until it is stopped. */
export function startUploads(minio: MinioService, postgres: PostgresService, folder: string): UploadWriter {
  return startWriter({
    folder,
    put: async (key, text) => {
      const { status, body } = await minio.request('PUT', `/dify/${key}`, { body: text });
      if (status !== 200) throw new Error(`PUT ${key}: ${status} ${body}`);
    },
    query: (statements) => postgres.query(statements, 'dify'),
  });
}

/**
 * Uploads files until it is stopped. As Dify does, it writes the object and the vector before the rows that name them:
 * a segment is completed once it has its vector.
 */
export function startWriter(places: UploadPlaces): UploadWriter {
  const done: Upload[] = [];
  const waiting: { readonly after: number; readonly end: () => void }[] = [];
  let isStopped = false;
  const upload = async (): Promise<void> => {
    const number = done.length;
    const key = `${places.folder}/${String(number).padStart(5, '0')}.txt`;
    const [text, segment] = [`upload ${number}`, randomUUID()];
    await places.put(key, text);
    await places.embed?.(segment, [number, 1, 0.5]);
    await places.query(rowsOf(key, places.embed === undefined ? undefined : segment));
    done.push({ key, text, segment, committedAt: Date.now() });
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

/** The statements that insert the rows of an upload, in one transaction. */
function rowsOf(key: string, segment: string | undefined): string {
  const file = `INSERT INTO upload_files (key, created_at) VALUES ('${key}', clock_timestamp() AT TIME ZONE 'UTC')`;
  if (segment === undefined) return file;
  const columns = '(id, dataset_id, document_id, status, enabled)';
  const row = `('${segment}', '${BASE}', '${BASE}', 'completed', true)`;
  return `BEGIN; ${file}; INSERT INTO document_segments ${columns} VALUES ${row}; COMMIT;`;
}
