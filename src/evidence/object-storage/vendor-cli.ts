import { ExternalError } from '../../base/errors.ts';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { describedStore } from '../../providers/object-storage/registry.ts';
import type { Versioning } from '../../storage/facts.ts';
import type { CollectContext } from '../evidence.ts';

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
  if (storage.provider === 'local') return undefined;
  const { provider, at } = describedStore(storage);
  const question = provider.versioningQuestion?.(at, bucket);
  if (question === undefined) return undefined;
  try {
    const { stdout } = await runner.run(question.program, question.args, { timeoutMs: LIMIT_MS, signal });
    return question.read(stdout);
  } catch (error) {
    if (error instanceof ExternalError) return undefined;
    throw error;
  }
}
