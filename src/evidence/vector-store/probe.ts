import type { Redact } from '../../base/redact.ts';
import type { Trust } from '../../net/custom-ca.ts';
import type { CollectContext } from '../evidence.ts';
import type { Provider, StoreOf, VectorStoreFacts } from './facts.ts';

/** What a provider's probe may use. */
export interface StoreContext
  extends Pick<CollectContext, 'tier' | 'dial' | 'signal' | 'baseDirectory' | 'now'>,
    Trust {
  readonly deployment: NonNullable<CollectContext['deployment']>;
  /** The resolved secret at `vectorStore.<block>.<name>`; undefined where the file names none. */
  readonly secret: (name: string) => string | undefined;
  /** Takes the store's own secrets out of a text that the server wrote. */
  readonly redact: Redact;
  /** Milliseconds for each connection, and again for each answer. */
  readonly limitMs: number;
}

/** What a connection to the store trusts. */
export function trustOf({ ca, caAlone = false }: StoreContext): Required<Trust> {
  return { ca, caAlone };
}

/** Keeps what was seen so far: a probe that throws later loses none of it. */
export type Note = (facts: Partial<VectorStoreFacts>) => void;

/**
 * Looks at a store as Dify's own client would. Notes each fact when it is seen and throws ProbeFault where the next question cannot be asked any more
 * (`resolve`, `connect`, `tls`, `login`, or `use` where nothing else can follow).
 */
export type StoreProbe<P extends Provider> = (store: StoreOf<P>, context: StoreContext, note: Note) => Promise<void>;
