import type { CollectContext } from '../evidence.ts';
import type { Dial } from '../probe/dial.ts';

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

/** `deadline` as `Date.now()`. */
export function holdRelay(open: OpenRelay, context: CollectContext, deadline: number): RelayHolder {
  let opening: Promise<Relay> | undefined;
  return {
    opened: () => {
      opening ??= open(context, Math.max(0, deadline - Date.now()));
      return opening;
    },
    close: async () => {
      const relay = await opening?.catch(() => undefined);
      return relay?.close();
    },
  };
}
