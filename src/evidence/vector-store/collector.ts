import { type Redact, redactor } from '../../base/redact.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { vectorsCaFile } from '../../render/dify-env/authorities.ts';
import { type CollectContext, type Collector, EvidenceMissing } from '../evidence.ts';
import { ownAuthority } from '../probe/authority.ts';
import { type FaultFact, faultOf } from '../probe/fault.ts';
import { addressOf } from './address.ts';
import { probeElasticsearch } from './elasticsearch.ts';
import { type ExternalStore, UNRESOLVED, VECTOR_STORE, type VectorStoreFacts } from './facts.ts';
import { probeMilvus } from './milvus.ts';
import { probeMyscale } from './myscale.ts';
import { probePgvector } from './pgvector.ts';
import type { Note, StoreContext } from './probe.ts';
import { probeQdrant } from './qdrant.ts';
import { probeTablestore } from './tablestore.ts';
import { probeTencent } from './tencent.ts';
import { probeWeaviate } from './weaviate.ts';

/** For each connection and each answer; a healthy store needs milliseconds, and Dify's own clients wait 5 to 30 seconds. */
const LIMIT_MS = 5_000;
/** Of the whole probe: what was seen until then is kept. */
const TOTAL_MS = 25_000;

/** Looks at the external vector store as Dify would use it, and removes what it made to try. */
export const vectorStoreCollector: Collector<VectorStoreFacts> = {
  key: VECTOR_STORE,
  timeoutMs: TOTAL_MS + 10_000,
  fromCluster: true,
  collect: (context) => probeVectorStore(context),
};

/** What `vectorStoreCollector` collects, with other limits or authorities. Throws EvidenceMissing where there is no external store. */
export async function probeVectorStore(
  context: CollectContext,
  { limitMs = LIMIT_MS, totalMs = TOTAL_MS, ca }: { limitMs?: number; totalMs?: number; ca?: string } = {},
): Promise<VectorStoreFacts> {
  const { deployment, secrets } = context;
  const store = deployment?.vectorStore;
  if (deployment === undefined || secrets === undefined || store?.mode !== 'external') {
    throw new EvidenceMissing('absent', 'a deployment file with an external vector store');
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
    // A provider's block has its name; none of them has a dash.
    secret: (name) => secretAt(secrets, `vectorStore.${store.provider}.${name}`),
    redact: redactor(own.map(({ path }) => secrets.get(path))),
    limitMs,
    ca,
  };
  try {
    const authority = await ownAuthority(vectorsCaFile(store), context.baseDirectory);
    await probeProvider(store, { ...probing, ...authority }, (seen) => {
      facts = { ...facts, ...seen };
    });
  } catch (error) {
    facts = { ...facts, fault: faultOf(error, 'use') };
  }
  return redacted(facts, probing.redact);
}

/** The same facts without the store's secrets, wherever a server may have written one into its words. */
function redacted(facts: VectorStoreFacts, redact: Redact): VectorStoreFacts {
  const texts = (_: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value);
  return { ...JSON.parse(JSON.stringify(facts), texts), provider: facts.provider, address: facts.address };
}

async function probeProvider(store: ExternalStore, context: StoreContext, note: Note): Promise<void> {
  switch (store.provider) {
    case 'weaviate':
      return probeWeaviate(store, context, note);
    case 'qdrant':
      return probeQdrant(store, context, note);
    case 'milvus':
      return probeMilvus(store, context, note);
    case 'tencent':
      return probeTencent(store, context, note);
    case 'myscale':
      return probeMyscale(store, context, note);
    case 'tablestore':
      return probeTablestore(store, context, note);
    case 'elasticsearch':
      return probeElasticsearch(store, context, note);
    case 'pgvector':
      return probePgvector(store, context, note);
  }
}

function unresolvedFault(path: string): FaultFact {
  return { stage: 'login', code: UNRESOLVED, text: `${path} is not at hand` };
}

function secretAt(secrets: SecretValues, path: string): string | undefined {
  return secrets.has(path) ? secrets.get(path) : undefined;
}
