import { ageWords, span } from '../../base/duration.ts';
import { formatBytes } from '../../base/quantity.ts';
import { withinMs } from '../../base/time-limit.ts';
import { counted } from '../../base/words.ts';
import type { DeploymentContext } from '../../operations/open-deployment.ts';
import { type BackupSetFact, newestSet } from '../../recovery/backup-facts.ts';
import type { CommandContext } from '../frame/context.ts';

/** What `status` shows of the repository of backups. */
export type ShownBackup =
  | {
      /** The newest set that can be restored. Undefined if there is none. */
      readonly newest: Pick<BackupSetFact, 'set' | 'commonPoint' | 'seconds' | 'bytes'> | undefined;
      /** Number of sets. */
      readonly sets: number;
    }
  | { readonly reason: string };

/** How long `status` waits for the repository. */
const LIMIT_MS = 30_000;

/** Reads the repository of the file once. Undefined if the file names none. Never throws. */
export async function shownBackup(
  opened: DeploymentContext,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<ShownBackup | undefined> {
  if (opened.deployment.recovery?.backup === undefined) return undefined;
  const limit = withinMs(LIMIT_MS, signal);
  try {
    const { repositoryInput } = await import('../../operations/backup/repository.ts');
    const { readBackupFacts } = await import('../../operations/backup/facts.ts');
    const input = await repositoryInput({ opened, env, signal }, 'warn');
    const facts = await readBackupFacts(input, limit);
    return { newest: shortened(newestSet(facts)), sets: facts.total };
  } catch (error) {
    if (limit.aborted) return { reason: `the repository does not answer within ${span(LIMIT_MS / 1_000)}` };
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function shortened(newest: BackupSetFact | undefined) {
  if (newest === undefined) return undefined;
  const { set, commonPoint, seconds, bytes } = newest;
  return { set, commonPoint, seconds, bytes };
}

/** `3h ago (2026-11-29T02:00:01.000Z), 1.2 GiB in 5m, 9 sets, newest dify-…` */
export function backupWords(shown: ShownBackup, now: Date): string {
  if ('reason' in shown) return `unknown: ${shown.reason}`;
  const { newest, sets } = shown;
  if (newest === undefined) return 'no complete set: difyctl backup makes one';
  const { set, commonPoint, seconds, bytes } = newest;
  const age = `${ageWords(commonPoint, now)} (${commonPoint})`;
  return `${age}, ${formatBytes(bytes)} in ${span(seconds)}, ${counted(sets, 'set')}, newest ${set}`;
}
