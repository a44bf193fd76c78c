import type { Dial } from '../../net/dial.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';
import type { GatherEvents } from '../gather.ts';

/** A pod in the cluster that opens TCP connections for this machine. */
interface Relay {
  readonly dial: Dial;
  /** How often the way to it has broken so far: what was dialled across a break says nothing of the service. */
  breaks(): number;
  /** Removes it. What could not be removed is said, with the command that does. */
  close(): Promise<string | undefined>;
}

/** Throws EvidenceMissing where no relay can be had within `limitMs`, saying why, and leaves nothing behind then. */
export type OpenRelay = (context: CollectContext, limitMs: number) => Promise<Relay>;

/** A relay that is opened when it is first asked for. */
export interface RelayHolder {
  opened(): Promise<Relay>;
  /** Removes it where it was opened. What could not be removed is said, with the command that does. */
  close(): Promise<string | undefined>;
}

/** What the start of a relay is called while it lasts: an image may have to be pulled. */
const STARTING = 'the start of a pod in the cluster';

/** `deadline` as `Date.now()`. */
export function holdRelay(
  open: OpenRelay,
  context: CollectContext,
  { deadline, events }: { readonly deadline: number; readonly events: GatherEvents | undefined },
): RelayHolder {
  let opening: Promise<Relay> | undefined;
  const start = async (): Promise<Relay> => {
    const started = performance.now();
    const end = (outcome: 'ok' | 'denied' | 'timeout' | 'absent') =>
      events?.ended?.({ key: STARTING, outcome, durationMs: Math.round(performance.now() - started) });
    events?.started?.(STARTING);
    try {
      const relay = await open(context, Math.max(0, deadline - Date.now()));
      end('ok');
      return relay;
    } catch (error) {
      end(error instanceof CollectionError ? error.outcome : 'absent');
      throw error;
    }
  };
  return {
    opened: () => {
      opening ??= start();
      return opening;
    },
    close: async () => {
      const relay = await opening?.catch(() => undefined);
      return relay?.close();
    },
  };
}
