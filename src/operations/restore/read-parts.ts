import { partOf } from '../../backup/manifest.ts';
import type { RestoreContext } from '../../backup/restore/context.ts';
import type { PlannedStep } from '../../backup/restore/restore-plan.ts';
import { ExternalError } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { formatBytes } from '../../base/quantity.ts';
import { runStep } from '../steps.ts';
import type { RestoreSources } from './sources.ts';

/** The steps that write a part of the same name. */
const PARTS = ['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage', 'vectors'] as const;

/**
 * Reads every part that is still to be restored, so that a damaged one is found before the first change. Throws
 * ExternalError (exit 6) if one cannot be read completely.
 */
export async function readParts(
  steps: readonly PlannedStep[],
  { manifest }: RestoreSources,
  { restic, signal, onStart }: RestoreContext,
  onProgress: OnProgress,
): Promise<void> {
  const open = PARTS.filter((part) => steps.some(({ step, status }) => step === part && status !== 'done'));
  const parts = open.map((part) => partOf(manifest, part));
  const read = async (): Promise<void> => {
    for (const { part, snapshot = '' } of parts)
      await restic.readAll(snapshot, { signal, onStart }).catch((error: unknown) => {
        throw unreadable(error, part, manifest.set);
      });
  };
  const bytes = parts.reduce((sum, one) => sum + one.bytes, 0);
  await runStep(onProgress, 'read', 'read the parts of the set', read, () => ({ detail: formatBytes(bytes) }));
}

/** Keeps an interrupt, and replaces every other error by one that names the part. */
function unreadable(error: unknown, part: string, set: string): unknown {
  if (!(error instanceof ExternalError)) return error;
  const { command, stderr, timedOut } = error;
  return new ExternalError(`the part ${part} of set ${set} cannot be read; nothing was changed`, {
    ...(command === undefined ? {} : { command }),
    ...{ stderr, timedOut, exitCode: EXIT.rehearsal, cause: error },
    next: ['difyctl backup verify --all finds what is damaged', 'restore another set: difyctl backup list'],
  });
}
