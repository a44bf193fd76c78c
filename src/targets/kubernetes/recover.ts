import type { OnChild, WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { recoveryFor } from './history.ts';
import { releaseObjects } from './release-objects.ts';

/**
 * Grace period in ms. On SIGTERM helm cleans up with a few calls to the API server; killed at once, it leaves
 * `pending-*`.
 */
const HELM_GRACE_MS = 60_000;

/**
 * Recovers a release from `pending-*`, in which helm refuses every other command. Returns one line for what it did, or
 * none.
 */
export async function recoverKubernetes(connection: Connection, options: WorkOptions): Promise<readonly string[]> {
  const { helm, release } = connection;
  const recovery = recoveryFor(await helm.history(release, options.signal));
  if (recovery.step === 'none') return [];
  const said =
    recovery.step === 'rollback'
      ? `release ${release.name} was left ${recovery.from}: rolled back to revision ${recovery.to}`
      : `release ${release.name} was left ${recovery.from} and was never deployed: removed before it is installed again`;
  options.onProgress({ type: 'step-progress', step: 'apply', detail: `${said.replace(/: .*/, '')}, recovering` });
  if (recovery.step === 'uninstall') await releaseObjects(connection, options.signal);
  const run = runOptions(options);
  if (recovery.step === 'rollback') await helm.rollback(release, recovery.to, run);
  else await helm.uninstall(release, run);
  return [said];
}

/**
 * Returns the options for a helm command that changes something: a long grace period, and its process is recorded in
 * the lock.
 */
export function runOptions({
  signal,
  timeoutMs,
  onChild,
}: {
  signal: AbortSignal;
  timeoutMs: number;
  onChild: OnChild;
}) {
  return { signal, timeoutMs, graceMs: HELM_GRACE_MS, onStart: (pid: number) => onChild('helm', pid) };
}
