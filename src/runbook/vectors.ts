import { FORGET_INDEXES } from '../checklist/rebuild-vectors.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { clientUrl, storeEndpoints } from '../providers/vector-store/registry.ts';
import { SERVICE_OF, WEAVIATE } from '../render/compose/names.ts';
import { releaseNames } from '../render/kubernetes/names.ts';
import { DEFAULT_CHART } from '../versions/default-pair.ts';
import type { RunbookInput } from './input.ts';
import { dockerWords, kubectlWords } from './target.ts';
import { type Word, words } from './words.ts';

/** Values about the vector store, and what restores it. */
export function vectorValues({ deployment }: RunbookInput) {
  const { vectorStore, recovery } = deployment;
  const { provider, mode } = vectorStore;
  const isElastic = provider === 'elasticsearch' || provider === 'opensearch';
  return {
    externalVectors: mode === 'external',
    vectorPlace: vectorPlace(deployment),
    vectorUrl:
      mode === 'external' ? (clientUrl(vectorStore)?.href.replace(/\/$/, '') ?? '') : `http://${WEAVIATE}:8080`,
    snapshots: recovery?.vectorStore?.strategy === 'snapshot',
    snapshotInterval: recovery?.vectorStore?.interval ?? '',
    qdrant: provider === 'qdrant',
    weaviate: provider === 'weaviate',
    elastic: isElastic,
    forgetIndexes: FORGET_INDEXES,
    apiExec: apiExec(deployment),
    otherVectors: !['qdrant', 'weaviate'].includes(provider) && !isElastic,
  };
}

/** The beginning of a command in a process of the API. */
function apiExec(deployment: Deployment): readonly Word[] {
  if (deployment.target.type === 'compose') return [...dockerWords(deployment), ...words('exec', SERVICE_OF.api)];
  const { full } = releaseNames(deployment, DEFAULT_CHART.name);
  return [...kubectlWords(deployment), ...words('exec', `deployment/${full}-api`, '--')];
}

/** `qdrant at qdrant.example.com:6333`, or the bundled Weaviate. */
export function vectorPlace({ vectorStore, target }: Deployment): string {
  const { provider } = vectorStore;
  if (vectorStore.mode === 'bundled')
    return target.type === 'compose' ? `the container ${WEAVIATE}` : `the pod of ${provider} in the release`;
  const [first] = storeEndpoints(vectorStore);
  return first === undefined ? provider : `${provider} at ${first.host}:${first.port}`;
}
