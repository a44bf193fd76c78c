import type { DrillPlace } from '../backup/drill/place.ts';
import { ownDrill, vectorScratch } from '../backup/drill/vector-scratch.ts';
import { type VectorRestore, vectorCopy } from '../backup/restore/target-vectors.ts';
import { withCopies } from '../backup/vectors/access.ts';
import { withinMs } from '../base/time-limit.ts';
import type { Drill } from './drill-context.ts';

/** Milliseconds to remove the restored vectors. */
const REMOVE_MS = 300_000;

/** Returns what the functions of vectors need of a drill. */
export function vectorInput({ input, opened, secrets, restic, folder }: Drill): VectorRestore {
  const { deployment, baseDirectory, signal } = input;
  const { runner, kubeArgs } = opened;
  return { deployment, baseDirectory, secrets, runner, kubeArgs, signal, restic, folder };
}

/** Returns the name with which this drill restores vectors. */
export function scratchOf({ input }: Drill, { scratch }: DrillPlace): string {
  return vectorScratch(input.deployment, scratch);
}

/** Removes the collections of this drill, also after an interrupt. Throws ExternalError. */
export async function removeVectors(drill: Drill, place: DrillPlace): Promise<void> {
  if (vectorCopy(drill.manifest) === undefined) return;
  const signal = withinMs(REMOVE_MS);
  await withCopies({ ...vectorInput(drill), signal }, (copies) => copies.removeScratch(scratchOf(drill, place)));
}

/** Removes the collections of drills of this deployment that were killed. Returns their names. Throws ExternalError. */
export async function removeLeftVectors(drill: Drill, place: DrillPlace): Promise<readonly string[]> {
  if (vectorCopy(drill.manifest) === undefined) return [];
  return withCopies(vectorInput(drill), async (copies) => {
    const removed: string[] = [];
    for (const scratch of await copies.leftScratch()) {
      const own = ownDrill(drill.input.deployment, scratch);
      if (own === undefined || !(await place.isLeft(own))) continue;
      await copies.removeScratch(scratch);
      removed.push(`vectors ${scratch}`);
    }
    return removed;
  });
}
