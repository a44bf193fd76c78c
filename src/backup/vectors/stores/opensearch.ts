import type { OpenCopies } from '../copies.ts';
import { searchCopies } from './search-cluster.ts';

/** Copies of OpenSearch's indices, in its snapshot repository. */
export const openCopies: OpenCopies = (input) => {
  const { store } = input;
  if (store.provider !== 'opensearch') throw new Error(`${store.provider} is not OpenSearch`);
  return searchCopies('OpenSearch', store.opensearch.username, input);
};
