import { durationSeconds } from '../../base/duration.ts';
import type { BackupManifest } from '../manifest.ts';
import { partOf } from '../manifest.ts';
import { vectorCopy } from './target-vectors.ts';

/** How near a restore comes to the stated time. Times are ISO 8601 in UTC. */
export interface Reach {
  /** The stated time. */
  readonly at: string;
  /** The times as of which the databases and the files are. */
  readonly databases: string;
  readonly files: string;
  /** The time of the copy of the vectors. Undefined: the set has none. Vectors are no loss: Dify can embed them again. */
  readonly vectors: string | undefined;
  /** Seconds before the stated time whose work is not restored. */
  readonly lostSeconds: number;
  /** The RPO of the file. Undefined if it names none. */
  readonly rpo: string | undefined;
  /** False if more is lost than the RPO allows. Undefined without an RPO. */
  readonly isWithinRpo: boolean | undefined;
}

/**
 * Returns what a restore of a set to a later time restores: data that is only in the set is as of the set; a bucket with
 * versions, and databases from an archive (`isArchived`), are as of the time.
 */
export function reachOf(manifest: BackupManifest, at: Date, rpo: string | undefined, isArchived: boolean): Reach {
  const { commonPoint } = manifest;
  const databases = isArchived ? at.toISOString() : commonPoint;
  const files = partOf(manifest, 'objects').mechanism === 'referenced' ? at.toISOString() : commonPoint;
  const lostSeconds = (at.getTime() - Math.min(Date.parse(databases), Date.parse(files))) / 1_000;
  return {
    ...{ at: at.toISOString(), databases, files, lostSeconds, rpo },
    vectors: vectorCopy(manifest) === undefined ? undefined : commonPoint,
    isWithinRpo: rpo === undefined ? undefined : lostSeconds <= durationSeconds(rpo),
  };
}
