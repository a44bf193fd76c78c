import type { OnProgress } from '../base/events.ts';
import { refuseLink } from '../state/links.ts';
import { refuseUnreadable } from '../state/revisions/stored.ts';
import type { Target } from '../targets/target.ts';
import { withLock } from './locked.ts';
import { revisionStore } from './plan-install.ts';
import type { RenderedDeployment } from './prepare.ts';
import { requireResolved } from './require-resolved.ts';

const LIMIT_MS = 60_000;

export interface ApplySecretOptions {
  readonly prepared: RenderedDeployment;
  readonly target: Target;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Called after all refusals. False declines: nothing is changed. */
  readonly agree: () => Promise<boolean>;
}

/**
 * Applies the Secret that the rendered values refer to, and nothing else. Returns false if the answer is no. Throws
 * UserError for a revision that cannot be read (exit 2), a missing secret (exit 3) and a held lock (exit 9).
 */
export async function applySecret(options: ApplySecretOptions): Promise<boolean> {
  const { prepared, target, agree } = options;
  await refuseLink(prepared.paths.revisions);
  const store = revisionStore(prepared, target);
  refuseUnreadable((await store.read(options.signal)).unreadable);
  requireResolved(prepared, 'applied');
  if (!(await agree())) return false;
  await withLock({ ...options, run: prepared.run, timeoutMs: LIMIT_MS }, async ({ signal }) => {
    refuseUnreadable((await store.read(signal)).unreadable);
    await prepared.keepSecrets();
    await target.applySecret(prepared.rendered.value, signal);
  });
  return true;
}
