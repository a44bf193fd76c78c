import { ExternalError } from '../../base/errors.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { StorageError } from '../../storage/signed-client.ts';

/** Runs a request to a bucket. A failure of the storage is an ExternalError that names the bucket and the answer. */
export async function bucketRequest<T>(bucket: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof StorageError) {
      const { host, text } = error.failure;
      throw new ExternalError(`the bucket ${bucket} cannot be used: ${host} ${text}`, {
        next: ['difyctl preflight --only "object-storage.*" says why'],
        cause: error,
      });
    }
    if (error instanceof ProbeError)
      throw new ExternalError(`the bucket ${bucket}: ${error.fact.text}`, { cause: error });
    throw error;
  }
}
