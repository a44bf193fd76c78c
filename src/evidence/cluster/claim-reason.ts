import { textAt } from '../../base/json-path.ts';
import { eventTime } from '../../exec/event-time.ts';
import type { Kubectl } from '../../exec/kubectl.ts';

interface Reason {
  readonly message: string;
  readonly isWarning: boolean;
  /** Milliseconds since 1970; 0 if the event has no time. */
  readonly at: number;
}

/**
 * Why a claim is not bound: the newest warning of the claim, of the Job with its name or of the Job's pods, whose names
 * begin with it; else their newest event. A normal event may repeat after the warning: "waiting for a volume to be
 * created". A fixed text if there is none, or if events may not be read.
 */
export async function claimReason(
  cluster: Kubectl,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const ofTrial = (event: unknown): Reason | undefined => {
    const about = textAt(event, 'involvedObject', 'name');
    return about === name || about.startsWith(`${name}-`) ? reasonOf(event) : undefined;
  };
  const found = await cluster.list(`/api/v1/namespaces/${namespace}/events`, ofTrial, signal).catch(() => []);
  const oldestFirst = found.toSorted((a, b) => a.at - b.at);
  const last = oldestFirst.findLast(({ isWarning }) => isWarning) ?? oldestFirst.at(-1);
  return last?.message ?? 'no event gives a reason';
}

function reasonOf(event: unknown): Reason {
  return {
    message: textAt(event, 'message'),
    isWarning: textAt(event, 'type') === 'Warning',
    at: Date.parse(eventTime(event)) || 0,
  };
}
