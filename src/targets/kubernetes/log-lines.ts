import { KubectlError } from '../../exec/kubectl.ts';
import type { Connection } from './connection.ts';

/** What the kubelet writes in place of a log whose container it has removed; kubectl ends with 0 then. */
const REMOVED_LOG = /^unable to retrieve container logs for /;

/**
 * Returns the last lines of a log, redacted and without empty ones. None if there is no log: no container has run, its
 * node is simulated, or the kubelet has removed it. `subject`: the arguments of `kubectl logs` that name the log.
 */
export async function logLines(
  { kubectl, release, redact }: Connection,
  subject: readonly string[],
  most: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const args = ['logs', ...subject, '-n', release.namespace, '--tail', String(most)];
  try {
    const lines = redact(await kubectl.run(args, { signal })).split('\n');
    return lines.filter((line) => line.trim() !== '' && !REMOVED_LOG.test(line));
  } catch (error) {
    if (error instanceof KubectlError) return [];
    throw error;
  }
}
