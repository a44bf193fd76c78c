import { UserError } from '../base/errors.ts';
import type { OnProgress } from '../base/events.ts';
import { EXIT } from '../base/exit-codes.ts';
import { refuseLink } from '../state/links.ts';
import { refuseUnreadable } from '../state/revisions/stored.ts';
import type { Target } from '../targets/target.ts';
import { revisionStore } from './draft.ts';
import { withLock } from './locked.ts';
import type { Prepared } from './prepare.ts';

const LIMIT_MS = 60_000;

export interface ApplySecretOptions {
  readonly prepared: Prepared;
  readonly target: Target;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Asked once nothing is in the way; false changes nothing. */
  readonly agree: () => Promise<boolean>;
}

/**
 * Makes the Secret that the rendered values refer to, and nothing else; false if the answer is no. Throws UserError for a revision that cannot be
 * read (exit 2), a secret that is missing (exit 3) and a held lock (exit 9).
 */
export async function applySecret(options: ApplySecretOptions): Promise<boolean> {
  const { prepared, target, agree } = options;
  await refuseLink(prepared.paths.revisions);
  const store = revisionStore(prepared, target);
  refuseUnreadable((await store.read(options.signal)).unreadable);
  const { unresolved } = prepared.secrets;
  if (unresolved.length > 0) {
    const problems = unresolved.map(({ path, reason }) => ({ path, message: reason }));
    throw new UserError('secrets are missing, so nothing was applied', { exitCode: EXIT.preflight, problems });
  }
  if (!(await agree())) return false;
  await withLock({ ...options, run: prepared.run, timeoutMs: LIMIT_MS }, async ({ signal }) => {
    refuseUnreadable((await store.read(signal)).unreadable);
    await prepared.keepSecrets();
    await target.applySecret(prepared.rendered, signal);
  });
  return true;
}
