import type { OpenCopies } from '../copies.ts';
import { searchCopies } from './search-cluster.ts';

/** Copies of Elasticsearch's indices, in its snapshot repository. */
export const openCopies: OpenCopies = (input) => {
  const { store } = input;
  if (store.provider !== 'elasticsearch') throw new Error(`${store.provider} is not Elasticsearch`);
  return searchCopies('Elasticsearch', store.elasticsearch.username, input);
};
