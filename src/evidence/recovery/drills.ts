import type { DrillRecords } from '../../recovery/drill-store.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';

export const DRILLS = evidenceKey<DrillRecords>('recovery.drills', 1);

/** Reads the records of drills beside the file. */
export const drillsCollector: Collector<DrillRecords> = {
  key: DRILLS,
  timeoutMs: 5_000,
  collect: async ({ deployment, baseDirectory }) => {
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    // Lazy: the records are read with zod, which a preflight without a file does not load.
    const { drillsFolder, readDrills } = await import('../../recovery/drill-store.ts');
    return readDrills(drillsFolder(baseDirectory, deployment.name));
  },
};
