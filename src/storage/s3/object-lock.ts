import type { LockSettings, ObjectLock } from '../facts.ts';
import { StorageError } from '../signed-client.ts';
import { textOf } from '../xml.ts';
import { type AskBucket, lifecycleOf, setting, versioningOf } from './settings.ts';

const DAYS_OF_A_YEAR = 365;

/** Reads the settings. Throws StorageError if the storage does not answer, or has no such bucket. */
export async function lockSettings(ask: AskBucket): Promise<LockSettings> {
  // MinIO answers for a bucket that does not exist as for one without a lock: the other answers tell.
  let missing: StorageError | undefined;
  const noted: AskBucket = (name) =>
    ask(name).catch((error: unknown) => {
      if (error instanceof StorageError && error.failure.kind === 'bucket') missing = error;
      throw error;
    });
  const [lock, versioning, lifecycle] = await Promise.all([
    askLock(noted),
    setting(noted, 'versioning', versioningOf),
    setting(noted, 'lifecycle', lifecycleOf),
  ]);
  if (missing !== undefined) throw missing;
  return { lock, versioning, lifecycle };
}

async function askLock(ask: AskBucket): Promise<LockSettings['lock']> {
  try {
    return { seen: objectLockOf(await ask('object-lock')) };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { kind, code } = error.failure;
    if (kind === 'missing') return { seen: 'off' };
    if (kind === 'unsupported') return { seen: 'unsupported' };
    if (kind === 'denied') return { hidden: code };
    throw error;
  }
}

/** Returns the lock in an answer to GetObjectLockConfiguration (Amazon S3 API). */
export function objectLockOf(xml: string): ObjectLock {
  if (textOf(xml, 'ObjectLockEnabled') !== 'Enabled') return 'off';
  const mode = textOf(xml, 'Mode');
  const days = Number(textOf(xml, 'Days')) + DAYS_OF_A_YEAR * Number(textOf(xml, 'Years'));
  return (mode === 'GOVERNANCE' || mode === 'COMPLIANCE') && days > 0 ? { mode, days } : 'no-default';
}
