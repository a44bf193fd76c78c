import { textAt } from '../base/json-path.ts';

/** Returns when an event of Kubernetes was last observed, as RFC 3339. Empty if the event has no time. */
export function eventTime(event: unknown): string {
  const times = [
    textAt(event, 'series', 'lastObservedTime'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
    textAt(event, 'firstTimestamp'),
  ];
  return times.find((time) => time !== '') ?? '';
}
