import { partOf } from '../../backup/manifest.ts';
import type { RestoreContext } from '../../backup/restore/context.ts';
import type { PlannedStep } from '../../backup/restore/restore-plan.ts';
import { ExternalError } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { formatBytes } from '../../base/quantity.ts';
import type { Restic } from '../../exec/restic.ts';
import { runStep } from '../steps.ts';
import type { RestoreSources } from './sources.ts';

/** The steps that write a part of the same name. */
const PARTS = ['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage', 'vectors'] as const;

type Reading = Pick<RestoreContext, 'signal' | 'onStart'> & { readonly restic: Pick<Restic, 'readAll'> };

/**
 * Reads every part that is still to be restored, so that a damaged one is found before the first change. Throws
 * ExternalError: exit 6 if one is damaged, the code of restic's failure if one was not read to its end.
 */
export async function readParts(
  steps: readonly Pick<PlannedStep, 'step' | 'status'>[],
  { manifest }: Pick<RestoreSources, 'manifest'>,
  { restic, signal, onStart }: Reading,
  onProgress: OnProgress,
): Promise<void> {
  const open = PARTS.filter((part) => steps.some(({ step, status }) => step === part && status !== 'done'));
  const parts = open.map((part) => partOf(manifest, part));
  const read = async (): Promise<void> => {
    for (const { part, snapshot = '' } of parts)
      await restic.readAll(snapshot, { signal, onStart }).catch((error: unknown) => {
        throw unread(error, `the part ${part} of set ${manifest.set}`);
      });
  };
  const bytes = parts.reduce((sum, one) => sum + one.bytes, 0);
  await runStep(onProgress, 'read', 'read the parts of the set', read, () => ({ detail: formatBytes(bytes) }));
}

/** Names the part in the failure of a program. One that was killed, or did not reach the repository, found no damage. */
function unread(error: unknown, part: string): unknown {
  if (!(error instanceof ExternalError)) return error;
  const { message, command, stderr, timedOut, next, exitCode } = error;
  const isDamaged = exitCode === EXIT.rehearsal;
  const what = isDamaged ? 'cannot be read' : `was not read to its end: ${message}`;
  return new ExternalError(`${part} ${what}; nothing was changed`, {
    ...(command === undefined ? {} : { command }),
    ...{ stderr, timedOut, exitCode, cause: error },
    next: isDamaged ? DAMAGED : next.length > 0 ? next : ['run the same command again'],
  });
}

const DAMAGED = ['difyctl backup verify --all finds what is damaged', 'restore another set: difyctl backup list'];
