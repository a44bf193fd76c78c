import type { OnProgress } from '../base/events.ts';
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
}

/** Makes the Secret that the rendered values refer to, and nothing else. The caller has asked, and every secret is resolved. */
export async function applySecret(options: ApplySecretOptions): Promise<void> {
  const { prepared, target } = options;
  await refuseLink(prepared.paths.revisions);
  const store = revisionStore(prepared, target);
  refuseUnreadable((await store.read(options.signal)).unreadable);
  await withLock({ ...options, run: prepared.run, timeoutMs: LIMIT_MS }, async ({ signal }) => {
    refuseUnreadable((await store.read(signal)).unreadable);
    await prepared.keepSecrets();
    await target.applySecret(prepared.rendered, signal);
  });
}
