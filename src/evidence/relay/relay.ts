import type { Dial } from '../../net/dial.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';
import type { GatherEvents } from '../gather.ts';

/** A pod in the cluster that opens TCP connections for this machine. */
interface Relay {
  readonly dial: Dial;
  /**
   * How many times the connection to it broke so far: a result from before and after a break proves nothing about the
   * service.
   */
  breaks(): number;
  /** Removes it. Returns what could not be removed, with the command that removes it. */
  close(): Promise<string | undefined>;
}

/** Opens a relay. Throws CollectionError with the reason if that fails within `limitMs`, and leaves nothing behind. */
export type OpenRelay = (context: CollectContext, limitMs: number) => Promise<Relay>;

/** A relay that opens on first use. */
export interface RelayHolder {
  opened(): Promise<Relay>;
  /** Removes the relay if it was opened. Returns what could not be removed, with the command that removes it. */
  close(): Promise<string | undefined>;
}

/** Name of the event while the relay starts, which may take long: an image may have to be pulled. */
const STARTING = 'the start of a pod in the cluster';

/** Opens the relay at most once. `deadline` as `Date.now()`. */
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
