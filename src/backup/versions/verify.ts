import { ExternalError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { counted } from '../../base/words.ts';
import { isSameContent, type ObjectVersion } from '../../storage/object-version.ts';
import { type BackupPart, partOf } from '../manifest.ts';
import type { RepositorySets } from '../repository.ts';
import type { VersionsContext } from './context.ts';
import { readList } from './list.ts';
import { type OpenBucket, openVersions } from './open-bucket.ts';

/** The parts that may name versions of a bucket. */
const IN_BUCKETS = ['objects', 'plugin-storage'] as const;

type BackupSet = RepositorySets['sets'][number];
/** What one bucket has, by version and key. */
type Known = ReadonlyMap<string, Pick<ObjectVersion, 'bytes' | 'etag'>>;

/**
 * Adds to the faults of each set the versions that it names and that the bucket no longer has, with their size and etag.
 * Each bucket is listed once. Throws ExternalError if a bucket cannot be read.
 */
export async function withVersionFaults(
  sets: readonly BackupSet[],
  context: VersionsContext,
): Promise<readonly BackupSet[]> {
  const listed = new Map<string, Promise<Known>>();
  const known = (bucket: OpenBucket): Promise<Known> => {
    const name = `${bucket.endpoint}/${bucket.bucket}`;
    const list = listed.get(name) ?? knownVersions(bucket);
    listed.set(name, list);
    return list;
  };
  const judged: BackupSet[] = [];
  for (const set of sets) {
    const faults: string[] = [];
    const parts = IN_BUCKETS.map((name) => partOf(set.manifest, name));
    const referenced = parts.filter(({ mechanism }) => mechanism === 'referenced');
    // The list of a set that lacks a part may be gone.
    for (const part of set.faults.length > 0 ? [] : referenced)
      faults.push(...(await partFaults(part, known, context)));
    judged.push({ ...set, faults: [...set.faults, ...faults] });
  }
  return judged;
}

async function knownVersions(bucket: OpenBucket): Promise<Known> {
  const history = await bucket.history();
  return new Map(history.flatMap(({ key, version, object }) => (object ? [[`${version} ${key}`, object]] : [])));
}

async function partFaults(
  part: BackupPart,
  known: (bucket: OpenBucket) => Promise<Known>,
  context: VersionsContext,
): Promise<readonly string[]> {
  const { details } = part;
  const bucket = await openVersions(String(details.bucket), context);
  if (bucket.endpoint !== details.endpoint)
    return [
      `${part.part} is in bucket ${details.bucket} at ${details.endpoint}, and the file names ${bucket.endpoint}`,
    ];
  const seen = await known(bucket);
  const versions = await readList(context.restic, part, { signal: context.signal }).catch(listFault);
  if (typeof versions === 'string') return [versions];
  const gone = versions.filter((one) => {
    const found = seen.get(`${one.version} ${one.key}`);
    return found === undefined || !isSameContent(found, one);
  });
  const [first] = gone;
  if (first === undefined) return [];
  return [
    `bucket ${bucket.bucket} lacks ${counted(gone.length, 'version')} of ${part.part}, the first of ${first.key}`,
  ];
}

/** A list that is damaged is a fault of the set. A restic that was killed says nothing about the set. */
function listFault(error: unknown): string {
  if (error instanceof ExternalError && error.exitCode === EXIT.rehearsal) return error.message;
  throw error;
}
