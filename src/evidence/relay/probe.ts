import { Interrupted } from '../../base/errors.ts';
import { missingEvidence } from '../collect-one.ts';
import { type CollectContext, CollectionError, type Evidence, type EvidenceKey } from '../evidence.ts';
import type { GatherEvents } from '../gather.ts';
import type { RelayHolder } from './relay.ts';

/**
 * Collects through the relay. Tries a second time if the port-forward broke meanwhile, because that is no error of the
 * service.
 */
export async function probeThroughRelay(
  holder: RelayHolder,
  context: CollectContext,
  key: EvidenceKey<unknown>,
  look: (own: CollectContext) => Promise<Evidence<unknown>>,
): Promise<Evidence<unknown>> {
  const from = 'cluster' as const;
  try {
    const relay = await holder.opened();
    for (let attempt = 0; attempt < 2; attempt++) {
      const before = relay.breaks();
      const evidence = await look({ ...context, dial: relay.dial, from });
      if (relay.breaks() === before) return evidence;
    }
    throw new CollectionError('absent', 'the port-forward to the relay keeps disconnecting');
  } catch (error) {
    if (context.signal.aborted) throw error instanceof Interrupted ? error : new Interrupted();
    return missingEvidence(key, { ...context, from }, error);
  }
}

/** The same events with keys that say where the evidence is from. */
export function labelled(events: GatherEvents | undefined): GatherEvents {
  const label = (key: string): string => `${key} from the cluster`;
  return {
    started: (key) => events?.started?.(label(key)),
    ended: (evidence) => events?.ended?.({ ...evidence, key: label(evidence.key) }),
  };
}
