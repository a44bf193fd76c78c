import { counted } from '../../base/words.ts';
import type { DatasetFact, Invariant, InvariantFacts } from './facts.ts';
import { broken, examplesOf, holds, judgeRead, skipped } from './verdicts.ts';

/**
 * More vectors than segments are no loss: Dify also stores vectors of summaries and images. Fewer are: searches would
 * not find the text.
 */
export const vectorsInvariant: Invariant = {
  id: 'vectors',
  expected: 'every knowledge base has a vector for each completed, enabled segment',
  judge: ({ datasets }, { noVectors = 'no vectors were restored' }) => {
    if (datasets === undefined) return skipped(noVectors);
    return judgeRead(datasets, (all) => {
      const wrong = all.filter(lacksVectors);
      if (wrong.length > 0) return broken(examplesOf(wrong.map(describe)));
      const total = all.reduce((sum, { vectors = 0 }) => sum + vectors, 0);
      return holds(`${counted(total, 'vector')} of ${counted(all.length, 'knowledge base')}`);
    });
  },
};

/** Returns the ids of the knowledge bases that have fewer vectors than segments. Empty if they could not be counted. */
export function lackingBases({ datasets }: Pick<InvariantFacts, 'datasets'>): readonly string[] {
  if (datasets === undefined || !('seen' in datasets)) return [];
  return datasets.seen.filter(lacksVectors).map(({ dataset }) => dataset);
}

function lacksVectors({ segments, vectors = -1 }: DatasetFact): boolean {
  return vectors < segments;
}

function describe({ dataset, segments, vectors }: DatasetFact): string {
  return vectors === undefined
    ? `knowledge base ${dataset} has ${counted(segments, 'segment')} and no collection`
    : `knowledge base ${dataset} has ${counted(segments, 'segment')} and ${counted(vectors, 'vector')}`;
}
