import type { DatabaseName } from '../../backup/database.ts';
import { bucketPart, type OpenBuckets } from '../../backup/make/bucket.ts';
import { configurationPart } from '../../backup/make/configuration.ts';
import type { MadePart, MakeContext } from '../../backup/make/context.ts';
import { dumpPart, type OpenDatabase, rolesOf } from '../../backup/make/dump.ts';
import { localObjects, localPlugins } from '../../backup/make/files.ts';
import { isManaged, managedPart } from '../../backup/make/managed-database.ts';
import { secretsPart, WITHOUT_SECRETS } from '../../backup/make/secrets.ts';
import { copiedVectors, vectorsPart } from '../../backup/make/vectors.ts';
import { versionsPart } from '../../backup/make/versions.ts';
import type { PartName } from '../../backup/manifest.ts';
import { rebuildWords } from '../../backup/vectors/estimate.ts';
import type { OnProgress } from '../../base/events.ts';
import { formatBytes } from '../../base/quantity.ts';
import { counted } from '../../base/words.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { runStep } from '../steps.ts';
import type { Sources } from './sources.ts';

export interface PartsInput {
  readonly file: string;
  readonly revision: Revision | undefined;
  readonly sources: Sources;
  /** T of the set: before the first dump. */
  readonly commonPoint: Date;
  /** Empty: the set has no secrets. */
  readonly recipients: readonly string[];
}

/** A part and how long it took. */
export type TimedPart = MadePart & { readonly seconds: number };

/** Makes every part of a set, in the order of the manifest: databases first, then what they refer to. */
export async function makeParts(
  { file, revision, sources, commonPoint, recipients }: PartsInput,
  context: MakeContext,
  onProgress: OnProgress,
): Promise<readonly TimedPart[]> {
  const { main, plugin, facts, newest, files, keys } = sources;
  const inBucket = (part: 'objects' | 'plugin-storage', buckets: OpenBuckets): Promise<MadePart> => {
    const { versions } = buckets;
    if (versions === undefined) return bucketPart(part, buckets, context);
    return versionsPart(part, part === 'objects' ? versions.files : versions.plugins, commonPoint, context);
  };
  const inDatabase = (which: DatabaseName, database: OpenDatabase): Promise<MadePart> =>
    isManaged(context) ? managedPart(which, database, newest, context) : dumpPart(which, database, context);
  const work: readonly (readonly [PartName, () => Promise<MadePart>])[] = [
    ['postgres-main', () => inDatabase('main', main)],
    ['postgres-plugin', () => inDatabase('plugin', plugin)],
    [
      'objects',
      () => (files.kind === 'folders' ? localObjects(files.objects, context) : inBucket('objects', files.buckets)),
    ],
    [
      'plugin-storage',
      () =>
        files.kind === 'folders' ? localPlugins(files.plugins, context) : inBucket('plugin-storage', files.buckets),
    ],
    ['vectors', () => vectorsPart(main, context)],
    [
      'configuration',
      async () => {
        const roles = await rolesOf(main, context);
        return configurationPart({ file, revision, roles, schemaHead: facts.schemaHead }, context);
      },
    ],
    ['secrets', async () => (recipients.length === 0 ? LEFT_OUT : secretsPart(recipients, keys, context))],
  ];
  const parts: TimedPart[] = [];
  for (const [name, make] of work) {
    const started = performance.now();
    const part = await runStep(onProgress, name, name, make, (made) => ({ detail: detailOf(made) }));
    parts.push({ ...part, seconds: Math.round(performance.now() - started) / 1000 });
  }
  return parts;
}

const LEFT_OUT: MadePart = {
  part: 'secrets',
  mechanism: 'left-out',
  engine: 'none',
  bytes: 0,
  details: { reason: WITHOUT_SECRETS },
};

function detailOf({ part, mechanism, bytes, files, details }: MadePart): string {
  const vectors = part === 'vectors' ? copiedVectors({ details }) : undefined;
  if (vectors !== undefined) return `${formatBytes(bytes)}, ${vectors}`;
  if (mechanism === 'referenced') return `${counted(files ?? 0, 'version')} in bucket ${details.bucket}`;
  if (mechanism === 'copied') return formatBytes(bytes);
  if (mechanism === 'rebuild') return `rebuild after a restore: ${rebuildWords(details)}`;
  if (mechanism === 'managed') return `${details.reason} (${details.method})`;
  return mechanism;
}
