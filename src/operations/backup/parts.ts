import type { DatabaseName } from '../../backup/database.ts';
import { bucketPart } from '../../backup/make/bucket.ts';
import { configurationPart } from '../../backup/make/configuration.ts';
import type { FilesPart, MadePart, MakeContext } from '../../backup/make/context.ts';
import { dumpPart, type OpenDatabase, rolesOf } from '../../backup/make/dump.ts';
import { localObjects, localPlugins } from '../../backup/make/files.ts';
import { isManaged, managedPart } from '../../backup/make/managed-database.ts';
import { secretsPart, WITHOUT_SECRETS } from '../../backup/make/secrets.ts';
import { bucketState, databaseState } from '../../backup/make/source-state.ts';
import { type StateOf, storeAgain, unchangedParts } from '../../backup/make/unchanged.ts';
import { copiedVectors, vectorsPart } from '../../backup/make/vectors.ts';
import { versionsPart } from '../../backup/make/versions.ts';
import { type BackupManifest, PARTS, type PartName } from '../../backup/manifest.ts';
import { rebuildWords } from '../../backup/vectors/estimate.ts';
import { ExternalError, UserError } from '../../base/errors.ts';
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
  /** The newest set before this one. Undefined if there is none. */
  readonly earlier: BackupManifest | undefined;
  /** T of the set: before the first dump. */
  readonly commonPoint: Date;
  /** Empty: the set has no secrets. */
  readonly recipients: readonly string[];
}

/** A part and how long it took. */
export type TimedPart = MadePart & { readonly seconds: number };

/**
 * Makes every part of a set, and returns them in the order of the manifest. Databases come before the files that their
 * rows name.
 */
export async function makeParts(
  input: PartsInput,
  context: MakeContext,
  onProgress: OnProgress,
): Promise<readonly TimedPart[]> {
  const parts: TimedPart[] = [];
  const make = async (work: readonly PartWork[]): Promise<void> => {
    for (const [name, part] of work) {
      const started = performance.now();
      const made = await runStep(onProgress, name, name, part, (one) => ({ detail: detailOf(one) }));
      parts.push({ ...made, seconds: Math.round(performance.now() - started) / 1000 });
    }
  };
  await make(ownWork(input, context));
  const states = await sourceStates(input.sources, context);
  const again = await againStep(input, states, context, onProgress);
  await make(
    sourceWork(input, context).map(([name, part]) => {
      const stored = again.get(name);
      return [name, stored === undefined ? () => withState(part, states) : () => Promise.resolve(stored)];
    }),
  );
  return PARTS.flatMap((name) => parts.filter(({ part }) => part === name));
}

type PartWork = readonly [PartName, () => Promise<MadePart>];

/** The parts that difyctl itself writes. */
function ownWork({ file, revision, sources, recipients }: PartsInput, context: MakeContext): readonly PartWork[] {
  const { main, facts, keys } = sources;
  return [
    [
      'configuration',
      async () => {
        const roles = await rolesOf(main, context);
        return configurationPart({ file, revision, roles, schemaHead: facts.schemaHead }, context);
      },
    ],
    ['secrets', async () => (recipients.length === 0 ? LEFT_OUT : secretsPart(recipients, keys, context))],
  ];
}

/** The parts that are copies of what Dify stores. */
function sourceWork({ sources, commonPoint }: PartsInput, context: MakeContext): readonly PartWork[] {
  const { main, plugin, newest, files } = sources;
  const inDatabase = (which: DatabaseName, database: OpenDatabase): Promise<MadePart> =>
    isManaged(context) ? managedPart(which, database, newest, context) : dumpPart(which, database, context);
  const ofFiles = async (part: FilesPart): Promise<MadePart> => {
    const isObjects = part === 'objects';
    if (files.kind === 'folders') {
      return isObjects ? localObjects(files.objects, context) : localPlugins(files.plugins, context);
    }
    if (files.kind === 'copied') return bucketPart(part, files.buckets, (await files.lists.of(part)).keys, context);
    return versionsPart(part, isObjects ? files.versions.files : files.versions.plugins, commonPoint, context);
  };
  return [
    ['postgres-main', () => inDatabase('main', main)],
    ['postgres-plugin', () => inDatabase('plugin', plugin)],
    ['objects', () => ofFiles('objects')],
    ['plugin-storage', () => ofFiles('plugin-storage')],
    ['vectors', () => vectorsPart(main, context)],
  ];
}

/** Reads the states of the sources: of the databases now, of a bucket once its list has ended. */
async function sourceStates({ main, plugin, files }: Sources, context: MakeContext): Promise<StateOf> {
  const [mainState, pluginState] = isManaged(context)
    ? []
    : await Promise.all([databaseState(main, context), databaseState(plugin, context)]);
  return async (part) => {
    if (part === 'postgres-main') return mainState;
    if (part === 'postgres-plugin') return pluginState;
    if ((part !== 'objects' && part !== 'plugin-storage') || files.kind !== 'copied') return;
    return bucketState(part, files.buckets, await files.lists.of(part), context);
  };
}

/** Makes a part, and adds what it was made of, so that a later set can be compared with it. */
async function withState(make: () => Promise<MadePart>, stateOf: StateOf): Promise<MadePart> {
  const made = await make();
  const state = made.mechanism === 'copied' ? await stateOf(made.part) : undefined;
  return state === undefined ? made : { ...made, details: { ...made.details, state } };
}

/** Stores again what did not change since the earlier set. If that fails, everything is copied. */
async function againStep(
  { earlier }: PartsInput,
  states: StateOf,
  context: MakeContext,
  onProgress: OnProgress,
): Promise<ReadonlyMap<PartName, MadePart>> {
  if (earlier === undefined) return new Map();
  const compare = async (): Promise<ReadonlyMap<PartName, MadePart>> =>
    storeAgain(earlier, await unchangedParts(earlier, states), context);
  try {
    return await runStep(onProgress, 'unchanged', `compare with set ${earlier.set}`, compare, (again) => ({
      detail: `${counted(again.size, 'part')} unchanged`,
    }));
  } catch (error) {
    if (!(error instanceof ExternalError) && !(error instanceof UserError)) throw error;
    const text = `everything is copied, because parts could not be stored again: ${error.message}`;
    onProgress({ type: 'note', level: 'warn', text });
    return new Map();
  }
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
  if (details.unchangedSince !== undefined) return `unchanged since ${details.unchangedSince}, ${formatBytes(bytes)}`;
  if (vectors !== undefined) return `${formatBytes(bytes)}, ${vectors}`;
  if (mechanism === 'referenced') return `${counted(files ?? 0, 'version')} in bucket ${details.bucket}`;
  if (mechanism === 'copied') return formatBytes(bytes);
  if (mechanism === 'rebuild') return `rebuild after a restore: ${rebuildWords(details)}`;
  if (mechanism === 'managed') return `${details.reason} (${details.method})`;
  return mechanism;
}
