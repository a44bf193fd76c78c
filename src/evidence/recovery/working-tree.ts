import type { ComparedTree } from '../../recovery/working-tree.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';

export const WORKING_TREE = evidenceKey<ComparedTree>('recovery.working-tree', 1);

/** Reads the working tree with git, through the function that the run provides. */
export const workingTreeCollector: Collector<ComparedTree> = {
  key: WORKING_TREE,
  timeoutMs: 60_000,
  collect: async ({ readWorkingTree, signal }) => {
    if (readWorkingTree === undefined) throw new CollectionError('absent', 'a working tree in the file');
    return readWorkingTree(signal);
  },
};
