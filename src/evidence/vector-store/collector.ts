import { type Redact, redactor } from '../../base/redact.ts';
import { withinMs } from '../../base/time-limit.ts';
import { customCa } from '../../net/custom-ca.ts';
import { type FaultFact, faultOf } from '../../net/probe-error.ts';
import { storeCaFile } from '../../providers/vector-store/registry.ts';
import { type CollectContext, CollectionError, type Collector } from '../evidence.ts';
import { resolvedSecret } from '../secret-values.ts';
import { addressOf } from './address.ts';
import { UNRESOLVED, VECTOR_STORE, type VectorStoreFacts } from './facts.ts';
import { loadProbe, type StoreContext } from './probe.ts';

/**
 * Milliseconds for each connection and each answer. A healthy store needs a few; Dify's own clients wait 5 to 30
 * seconds.
 */
const LIMIT_MS = 5_000;
/** Milliseconds for the whole probe; facts noted until then are kept. */
const TOTAL_MS = 25_000;

/** Probes the external vector store as Dify would use it, and removes what the probe created. */
export const vectorStoreCollector: Collector<VectorStoreFacts> = {
  key: VECTOR_STORE,
  timeoutMs: TOTAL_MS + 10_000,
  fromCluster: true,
  collect: (context) => probeVectorStore(context),
};

/**
 * What `vectorStoreCollector` collects, with other limits or CA certificates. Throws CollectionError if there is no
 * external store.
 */
export async function probeVectorStore(
  context: CollectContext,
  { limitMs = LIMIT_MS, totalMs = TOTAL_MS, ca }: { limitMs?: number; totalMs?: number; ca?: string } = {},
): Promise<VectorStoreFacts> {
  const { deployment, secrets } = context;
  const store = deployment?.vectorStore;
  if (deployment === undefined || secrets === undefined || store?.mode !== 'external') {
    throw new CollectionError('absent', 'a deployment file with an external vector store');
  }
  let facts: VectorStoreFacts = { provider: store.provider, address: addressOf(store) };
  const missing = secrets.unresolved.find(({ path }) => path.startsWith('vectorStore.'));
  if (missing !== undefined) return { ...facts, fault: unresolvedFault(missing.path) };
  const { requiredSecrets } = await import('../../deployment/required-secrets.ts');
  const own = requiredSecrets(deployment).filter(({ path }) => path.startsWith('vectorStore.') && secrets.has(path));
  const probing: StoreContext = {
    ...context,
    deployment,
    signal: withinMs(totalMs, context.signal),
    // A provider's block in the file has the provider's name.
    secret: (name) => resolvedSecret(secrets, `vectorStore.${store.provider}.${name}`),
    redact: redactor(own.map(({ path }) => secrets.get(path))),
    limitMs,
    ca,
  };
  try {
    const authority = await customCa(storeCaFile(store), context.baseDirectory);
    const probe = await loadProbe(store.provider);
    await probe(store, { ...probing, ...authority }, (seen) => {
      facts = { ...facts, ...seen };
    });
  } catch (error) {
    facts = { ...facts, fault: faultOf(error, 'use') };
  }
  return redacted(facts, probing.redact);
}

/** The same facts without the store's secrets, in case a server repeats one in its messages. */
function redacted(facts: VectorStoreFacts, redact: Redact): VectorStoreFacts {
  const texts = (_: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value);
  return { ...JSON.parse(JSON.stringify(facts), texts), provider: facts.provider, address: facts.address };
}

function unresolvedFault(path: string): FaultFact {
  return { stage: 'login', code: UNRESOLVED, text: `${path} has no value` };
}
