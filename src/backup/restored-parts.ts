import type { BackupManifest, BackupPart, PartName } from './manifest.ts';
import { partOf } from './manifest.ts';

/** The parts that a drill restores, in the order of a restore. */
const DRILLED: readonly PartName[] = ['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage', 'vectors'];

/** The copied parts of a set that a drill restores. */
export function drilledParts(manifest: BackupManifest): readonly BackupPart[] {
  return DRILLED.map((name) => partOf(manifest, name)).filter(({ mechanism }) => mechanism === 'copied');
}

/** Why the vectors of a set are not verified: `the plan embeds …`. `copied`: why those that were copied are not. */
export function whyNoVectors(manifest: BackupManifest, copied: string): string {
  const { mechanism, details } = partOf(manifest, 'vectors');
  const words = {
    copied,
    referenced: 'the vectors are referenced, not copied',
    managed: 'the provider backs the vectors up',
    rebuild: 'the plan embeds the documents again',
    'left-out': 'the set has no vectors',
  } as const;
  return typeof details.reason === 'string' ? `${words[mechanism]}: ${details.reason}` : words[mechanism];
}
