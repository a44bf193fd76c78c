import pLimit from 'p-limit';
import { counted } from '../base/words.ts';
import type { Restic, ResticOptions } from '../exec/restic.ts';
import type { ResticSnapshot } from '../exec/restic-output.ts';
import {
  type BackupManifest,
  type BackupPart,
  isManifest,
  type ManifestFault,
  PARTS,
  type PartName,
  readManifest,
} from './manifest.ts';

/** A complete set: one with a readable manifest. */
interface BackupSet {
  readonly manifest: BackupManifest;
  /** Id of the snapshot of the manifest. */
  readonly snapshot: string;
  /** Why the set cannot be restored: a part is missing or is not what the manifest names. Empty if it can. */
  readonly faults: readonly string[];
}

/** A set whose manifest exists and cannot be used. */
interface UnreadableSet extends ManifestFault {
  readonly set: string;
}

/** What the repository has of one deployment. */
export interface RepositorySets {
  /** Oldest first. */
  readonly sets: readonly BackupSet[];
  readonly unreadable: readonly UnreadableSet[];
  /** Snapshots of runs that did not write a manifest, by the id of their set. These sets do not exist. */
  readonly partial: Readonly<Record<string, readonly ResticSnapshot[]>>;
  /** Ids of snapshots whose files are damaged and that no manifest names: each may be the manifest of any set. */
  readonly unknown: readonly string[];
}

/** Path of the document in the snapshot of a manifest. */
const MANIFEST_FILE = 'manifest.json';
const MANIFEST = 'manifest';
/** Damaged snapshots that a message names. */
const NAMED = 4;
/** Manifests that are read at the same time: each is one run of restic. */
const AT_ONCE = 4;

/** Returns what is wrong with snapshots that no manifest names: `2 snapshots cannot be read (1a2b3c4d, 5e6f7a8b): …`. */
export function unknownWords(unknown: readonly string[]): string {
  const ids = unknown.slice(0, NAMED).map((id) => id.slice(0, 8));
  const more = unknown.length > NAMED ? [`and ${unknown.length - NAMED} more`] : [];
  const names = [...ids, ...more].join(', ');
  return `${counted(unknown.length, 'snapshot')} cannot be read (${names}): a file is damaged or has the contents of another`;
}

/** Returns the tags of a snapshot of a set. */
export function tagsOf(deployment: string, set: string, part: PartName | typeof MANIFEST): readonly string[] {
  return [...setTags(deployment, set), `part=${part}`];
}

/** Returns the tags that every snapshot of a set has. */
export function setTags(deployment: string, set: string): readonly string[] {
  return ['difyctl', `deployment=${deployment}`, setTag(set)];
}

/** Returns the tag that names the set of a snapshot. */
export function setTag(set: string): string {
  return `set=${set}`;
}

/** Stores the manifest, which makes the set exist. Returns the id of its snapshot. */
export async function writeManifest(restic: Restic, manifest: BackupManifest, options: ResticOptions): Promise<string> {
  const tags = tagsOf(manifest.deployment, manifest.set, MANIFEST);
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  return (await restic.backupFile(MANIFEST_FILE, { text }, { tags }, options)).snapshot;
}

/**
 * Reads every set of a deployment from the repository itself: the cache of this machine would hide snapshots that were
 * swapped, damaged or lost. Throws the errors of restic.
 */
export async function readSets(restic: Restic, deployment: string, options: ResticOptions): Promise<RepositorySets> {
  const { snapshots, damaged } = await restic.storedSnapshots(['difyctl', `deployment=${deployment}`], options);
  const { sets, unreadable, partial } = await readEach(restic, [...bySet(snapshots)], options, damaged);
  const sorted = sets.toSorted((a, b) => (a.manifest.commonPoint < b.manifest.commonPoint ? -1 : 1));
  const named = new Set(sets.flatMap(({ manifest }) => manifest.parts.map(({ snapshot }) => snapshot)));
  const unknown = damaged.filter((id) => !named.has(id)).toSorted();
  return { sets: sorted, unreadable, partial: Object.fromEntries(partial), unknown };
}

type NamedGroup = readonly [set: string, own: readonly ResticSnapshot[]];

/** Reads the manifest of each set. `partial`: the sets that have none. `damaged`: ids whose files cannot be read. */
async function readEach(
  restic: Restic,
  groups: readonly NamedGroup[],
  options: ResticOptions,
  damaged: readonly string[] = [],
): Promise<{
  readonly sets: readonly BackupSet[];
  readonly unreadable: readonly UnreadableSet[];
  readonly partial: readonly NamedGroup[];
}> {
  const limit = pLimit(AT_ONCE);
  const read = await Promise.all(
    groups.map(([set, own]) =>
      limit(async () => ({ set, own, ...(await readSet(restic, set, { own, damaged }, options)) })),
    ),
  );
  return {
    sets: read.flatMap(({ found }) => (found === undefined ? [] : [found])),
    unreadable: read.flatMap(({ set, fault }) => (fault === undefined ? [] : [{ set, ...fault }])),
    partial: read.flatMap(({ set, own, found, fault }) =>
      found === undefined && fault === undefined ? [[set, own] as const] : [],
    ),
  };
}

/** The newest sets of a deployment, and the names of the others. */
interface NewestSets {
  /** Newest first. */
  readonly sets: readonly BackupSet[];
  readonly unreadable: readonly UnreadableSet[];
  /** Every set with a manifest, newest first. `at`: the time of its manifest. */
  readonly complete: readonly DatedName[];
  readonly partial: readonly DatedName[];
}

interface DatedName {
  readonly set: string;
  readonly at: string;
}

/** Reads the manifests of the newest sets only: each is one run of restic. Throws the errors of restic. */
export async function readNewestSets(
  restic: Restic,
  deployment: string,
  count: number,
  options: ResticOptions,
): Promise<NewestSets> {
  const groups = bySet(await restic.snapshots(['difyctl', `deployment=${deployment}`], options));
  const dated = [...groups]
    .map(([set, own]) => ({ set, own, at: newestTime(own) }))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
  const isComplete = ({ own }: (typeof dated)[number]) => own.some((one) => tagOf(one, 'part') === MANIFEST);
  const complete = dated.filter(isComplete);
  const newest = complete.slice(0, count).map(({ set, own }) => [set, own] as const);
  const { sets, unreadable } = await readEach(restic, newest, options);
  const named = ({ set, at }: DatedName) => ({ set, at });
  return {
    sets,
    unreadable,
    complete: complete.map(named),
    partial: dated.filter((one) => !isComplete(one)).map(named),
  };
}

/** The time of the newest snapshot, in UTC. restic writes it in the time zone of the machine. */
function newestTime(snapshots: readonly ResticSnapshot[]): string {
  const times = snapshots.map(({ time }) => Date.parse(time)).filter(Number.isFinite);
  return new Date(Math.max(0, ...times)).toISOString();
}

/** The snapshots of each set. A snapshot without the tag of a set is of none. */
function bySet(snapshots: readonly ResticSnapshot[]): ReadonlyMap<string, readonly ResticSnapshot[]> {
  const groups = new Map<string, ResticSnapshot[]>();
  for (const snapshot of snapshots) {
    const set = tagOf(snapshot, 'set');
    if (set !== undefined) groups.set(set, [...(groups.get(set) ?? []), snapshot]);
  }
  return groups;
}

interface ReadSet {
  readonly found?: BackupSet;
  readonly fault?: ManifestFault;
}

/** Returns neither a set nor a fault if there is no manifest. */
async function readSet(
  restic: Restic,
  set: string,
  { own, damaged }: { readonly own: readonly ResticSnapshot[]; readonly damaged: readonly string[] },
  options: ResticOptions,
): Promise<ReadSet> {
  const [snapshot, ...more] = own.filter((one) => tagOf(one, 'part') === MANIFEST);
  if (snapshot === undefined) return {};
  if (more.length > 0) return { fault: { reason: 'it has more than one manifest' } };
  const read = readManifest(await restic.text(snapshot.id, `/${MANIFEST_FILE}`, options), set);
  if (!isManifest(read)) return { fault: read };
  return { found: { manifest: read, snapshot: snapshot.id, faults: setFaults(read, own, damaged) } };
}

/** Returns the newest set of a deployment if it is intact. Throws the errors of restic. */
export async function newestIntact(
  restic: Restic,
  deployment: string,
  options: ResticOptions,
): Promise<BackupManifest | undefined> {
  const [newest] = (await readNewestSets(restic, deployment, 1, options)).sets;
  return newest?.faults.length === 0 ? newest.manifest : undefined;
}

/**
 * Returns the parts of a set with the tree of each snapshot. A part that was stored again has a tree and no snapshot: it
 * gets the snapshot with its name and tree.
 */
export function storedParts(parts: readonly BackupPart[], snapshots: readonly ResticSnapshot[]): BackupPart[] {
  return parts.map((part) => {
    const found = snapshots.find((one) =>
      part.snapshot === undefined
        ? part.tree === one.tree && tagOf(one, 'part') === part.part
        : part.snapshot === one.id,
    );
    return found === undefined ? part : { ...part, snapshot: found.id, tree: found.tree };
  });
}

/**
 * Returns why the parts in the repository are not what the manifest names: a snapshot is missing, cannot be read
 * (`damaged`: ids of those), has other contents, or belongs to another set or part.
 */
export function setFaults(
  { parts, set }: Pick<BackupManifest, 'parts' | 'set'>,
  snapshots: readonly ResticSnapshot[],
  damaged: readonly string[] = [],
): readonly string[] {
  return PARTS.flatMap((name) => {
    const part = parts.find((one) => one.part === name);
    if (part?.snapshot === undefined) return part?.mechanism === 'copied' ? [`${name} names no snapshot`] : [];
    const found = snapshots.find(({ id }) => id === part.snapshot);
    const words = `the snapshot ${part.snapshot.slice(0, 8)} of ${name}`;
    if (damaged.includes(part.snapshot))
      return [`${words} cannot be read: its file is damaged or has the contents of another`];
    if (found === undefined) return [`${words} is missing`];
    const isOwn = tagOf(found, 'set') === set && tagOf(found, 'part') === name;
    if (!isOwn) return [`${words} belongs to another part or set`];
    return found.tree === part.tree ? [] : [`${name} does not have the contents that the manifest names`];
  });
}

/** Returns the value of a tag `name=value`. Undefined if the snapshot has no such tag. */
function tagOf({ tags }: ResticSnapshot, name: string): string | undefined {
  const start = `${name}=`;
  return tags.find((tag) => tag.startsWith(start))?.slice(start.length);
}
