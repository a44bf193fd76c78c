import { listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer, UnreadableAnswer } from '../../exec/answer.ts';
import { eventTime } from '../../exec/event-time.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import type { Connection } from './connection.ts';

/** An event of a pod or of another object. */
export interface PodEvent {
  readonly pod: string;
  readonly reason: string;
  readonly message: string;
  readonly warning: boolean;
  /** RFC 3339. Empty if the event has no time. */
  readonly time: string;
}

/** Returns the events of one pod, or of all pods of the namespace, oldest first. Empty if they may not be read. */
export function podEvents(
  connection: Connection,
  pod: string | undefined,
  signal: AbortSignal,
): Promise<readonly PodEvent[]> {
  return objectEvents(connection, 'Pod', pod, signal);
}

/** Returns the events of one object, or of all of the kind in the namespace, as `podEvents` does. */
export async function objectEvents(
  { kubectl, release }: Connection,
  kind: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<readonly PodEvent[]> {
  const fields = [`involvedObject.kind=${kind}`, ...(name === undefined ? [] : [`involvedObject.name=${name}`])].join(
    ',',
  );
  const args = ['get', 'events', '-n', release.namespace, '--field-selector', fields, '-o', 'json'];
  try {
    return listAt(jsonAnswer(await kubectl.run(args, { signal }), 'kubectl get events'), 'items')
      .map(toEvent)
      .toSorted((a, b) => (a.time < b.time ? -1 : 1));
  } catch (error) {
    if (error instanceof KubectlError || error instanceof UnreadableAnswer) return [];
    throw error;
  }
}

/**
 * Returns the image that the node of each pod is pulling: pods with a Pulling event and no later event that ends it.
 */
export function pullingImages(events: readonly PodEvent[]): ReadonlyMap<string, string> {
  const pulling = new Map<string, string>();
  for (const { pod, reason, message } of events) {
    if (reason === 'Pulling') pulling.set(pod, /"([^"]+)"/.exec(message)?.[1] ?? 'an image');
    else if (reason === 'Pulled' || reason === 'Failed') pulling.delete(pod);
  }
  return pulling;
}

function toEvent(event: unknown): PodEvent {
  return {
    pod: textAt(event, 'involvedObject', 'name'),
    reason: textAt(event, 'reason'),
    message: textAt(event, 'message'),
    warning: textAt(event, 'type') === 'Warning',
    time: eventTime(event),
  };
}
