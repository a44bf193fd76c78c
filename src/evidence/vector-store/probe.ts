import type { Redact } from '../../base/redact.ts';
import type { Trust } from '../../net/custom-ca.ts';
import type { CollectContext } from '../evidence.ts';
import type { Provider, StoreOf, VectorStoreFacts } from './facts.ts';

/** Inputs of a provider's probe. */
export interface StoreContext
  extends Pick<CollectContext, 'tier' | 'dial' | 'signal' | 'baseDirectory' | 'now'>,
    Trust {
  readonly deployment: NonNullable<CollectContext['deployment']>;
  /** The resolved secret at `vectorStore.<block>.<name>`; undefined if the file names none. */
  readonly secret: (name: string) => string | undefined;
  /** Removes the store's own secrets from a text of the server. */
  readonly redact: Redact;
  /** Milliseconds for each connection, and again for each answer. */
  readonly limitMs: number;
}

/** The CA certificates that connections to the store trust. */
export function trustOf({ ca, caAlone = false }: Trust): Required<Trust> {
  return { ca, caAlone };
}

/** Records facts at once, so that they are kept if the probe throws later. */
export type Note = (facts: Partial<VectorStoreFacts>) => void;

/**
 * Probes a store as Dify's own client would. Notes each fact as it is collected. Throws ProbeError if no further
 * question can be asked (`resolve`, `connect`, `tls`, `login`, or `use` if nothing else can follow).
 */
export type StoreProbe<P extends Provider> = (store: StoreOf<P>, context: StoreContext, note: Note) => Promise<void>;

/**
 * Loads the probe of a provider: `probes/<provider>.ts`. The build bundles each file of that folder as a chunk of its
 * own. Call the probe only with a store of that provider.
 */
export async function loadProbe(provider: Provider): Promise<StoreProbe<Provider>> {
  const { probe } = (await import(`./probes/${provider}.ts`)) as { readonly probe: StoreProbe<Provider> };
  return probe;
}
