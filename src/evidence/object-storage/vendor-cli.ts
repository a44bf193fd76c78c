import { ExternalError } from '../../base/errors.ts';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import type { Versioning } from '../../storage/facts.ts';
import type { CollectContext } from '../evidence.ts';

interface Question {
  readonly program: string;
  readonly args: readonly string[];
  readonly read: (stdout: string) => Versioning;
}

const LIMIT_MS = 8_000;

/**
 * Whether a bucket keeps old versions, as the vendor's CLI reports it with the operator's login. Returns undefined if
 * no CLI is known for this storage, it is not installed, or it is not logged in.
 */
export async function askVendor(
  storage: ObjectStorage,
  bucket: string,
  { runner, signal }: Pick<CollectContext, 'runner' | 'signal'>,
): Promise<Versioning | undefined> {
  const question = questionFor(storage, bucket);
  if (question === undefined) return undefined;
  try {
    const { stdout } = await runner.run(question.program, question.args, { timeoutMs: LIMIT_MS, signal });
    return question.read(stdout);
  } catch (error) {
    if (error instanceof ExternalError) return undefined;
    throw error;
  }
}

function questionFor(storage: ObjectStorage, bucket: string): Question | undefined {
  switch (storage.provider) {
    case 's3': {
      if (storage.s3.endpoint !== undefined) return undefined;
      const asked = ['s3api', 'get-bucket-versioning', '--bucket', bucket, '--region', storage.s3.region];
      return { program: 'aws', args: [...asked, '--query', 'Status', '--output', 'text'], read: statusOf };
    }
    case 'azure-blob': {
      const { accountName } = storage.azureBlob;
      const asked = ['storage', 'account', 'blob-service-properties', 'show', '--account-name', accountName];
      return { program: 'az', args: [...asked, '--query', 'isVersioningEnabled', '--output', 'tsv'], read: truthOf };
    }
    case 'gcs': {
      const asked = ['storage', 'buckets', 'describe', `gs://${bucket}`, '--format=value(versioning_enabled)'];
      return { program: 'gcloud', args: [...asked, '--quiet'], read: truthOf };
    }
    default:
      return undefined;
  }
}

/** The CLI prints `None` if versioning was never configured. */
function statusOf(stdout: string): Versioning {
  const status = stdout.trim();
  return status === 'Enabled' ? 'enabled' : status === 'Suspended' ? 'suspended' : 'off';
}

function truthOf(stdout: string): Versioning {
  return stdout.trim().toLowerCase() === 'true' ? 'enabled' : 'off';
}
