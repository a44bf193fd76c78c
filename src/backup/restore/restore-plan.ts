import { counted } from '../../base/words.ts';
import type { BackupPart, PartName } from '../manifest.ts';
import type { ObservedDatabase } from './target-database.ts';
import type { ObservedVectors } from './target-vectors.ts';

/** The steps of a restore, in their order: keys first, then the databases, then what their rows name. */
export const RESTORE_STEPS = [
  'secrets',
  'database-service',
  'point-in-time',
  'postgres-main',
  'postgres-plugin',
  'objects',
  'private-keys',
  'plugin-storage',
  'vectors',
] as const;
export type RestoreStep = (typeof RESTORE_STEPS)[number];

/** The parts of a set that a restore writes. `configuration` is for people. */
export const RESTORED_PARTS = [
  'postgres-main',
  'postgres-plugin',
  'objects',
  'plugin-storage',
  'vectors',
  'secrets',
] as const;
export type RestoredPart = Extract<PartName, (typeof RESTORED_PARTS)[number]>;

/** One step as it is shown before the confirmation. */
export interface PlannedStep {
  readonly step: RestoreStep;
  /** What it writes: `database dify at 10.0.0.5:5432`. */
  readonly what: string;
  readonly bytes: number;
  /** `started`: an interrupted attempt of this restore began it. */
  readonly status: 'to-do' | 'started' | 'done';
  /** What is there: `does not exist`, `is empty`, `has 132 tables`. */
  readonly observed: string;
  /** True if data is there that is not of this restore. */
  readonly occupied: boolean;
  /**
   * The name that this data gets if the operator restores over it. Undefined for a bucket, where nothing is deleted, and
   * for vectors, which Dify can embed again.
   */
  readonly renamedTo?: string;
  /** Why the step cannot run, whatever the operator agrees to. */
  readonly problem?: string;
  /** What a person does about the problem. */
  readonly next?: readonly string[];
}

/** What decides about one step besides the place. */
export interface StepInput {
  readonly status: PlannedStep['status'];
  readonly part: BackupPart;
  /** The end of the name that existing data gets. */
  readonly suffix: string;
  /** The name that existing data got or gets in the attempt that began the step. Undefined if there was none. */
  readonly renamedTo: string | undefined;
}

/** The bundled server: `new` if it has no data yet, `stopped` if it has data and does not run. */
export type DatabaseState = ObservedDatabase | 'new' | 'stopped';

/** Returns the step of a database. `name`: its name, `where`: the server. */
export function databaseStep(
  step: 'postgres-main' | 'postgres-plugin',
  { name, where }: { readonly name: string; readonly where: string },
  seen: DatabaseState,
  { status, part, suffix, renamedTo: recorded }: StepInput,
): PlannedStep {
  const base = { step, what: `database ${name} at ${where}`, bytes: part.bytes, status, occupied: false };
  const renamedTo = recorded ?? renamedDatabase(name, suffix);
  if (status === 'done') return { ...base, observed: 'is restored' };
  if (seen === 'new') return { ...base, observed: 'does not exist' };
  if (seen === 'stopped') {
    const observed = 'has data, and its server does not run';
    const isOwn = status === 'started' && recorded === undefined;
    return isOwn ? { ...base, observed } : { ...base, observed, occupied: true, renamedTo };
  }
  const isOwn = status === 'started' && (recorded === undefined || seen.isRenamed);
  const problem = serverProblem(seen, part) ?? (isOwn ? undefined : databaseProblem(seen, name, renamedTo));
  const told = problem === undefined ? base : { ...base, problem };
  if (!seen.exists) return { ...told, observed: 'does not exist' };
  if (seen.tables === 0) return { ...told, observed: 'is empty' };
  const observed = `has ${counted(seen.tables, 'table')}${isOwn ? ' of this restore' : ''}`;
  return isOwn ? { ...told, observed } : { ...told, observed, occupied: true, renamedTo };
}

/** The name of PostgreSQL has at most 63 bytes. */
export function renamedDatabase(name: string, suffix: string): string {
  return `${name.slice(0, 40)}_before_${suffix}`;
}

function serverProblem({ server }: ObservedDatabase, { details }: BackupPart): string | undefined {
  const dumped = Number.parseInt(String(details.server ?? ''), 10);
  if (!Number.isInteger(dumped) || server === 0 || server >= dumped) return undefined;
  return `the server is PostgreSQL ${server}, older than the one of the set (${dumped})`;
}

function databaseProblem(seen: ObservedDatabase, name: string, renamedTo: string): string | undefined {
  const { exists, tables, mayCreate, isOwner, sessions, isRenamed } = seen;
  if (!exists && !mayCreate) return `the role may not create the database ${name}`;
  if (tables === 0) return undefined;
  if (isRenamed) return `the database ${renamedTo} exists already`;
  if (!mayCreate || !isOwner)
    return `the role may not rename the database ${name}: it needs CREATEDB and the ownership`;
  return sessions > 0 ? `${counted(sessions, 'connection')} to ${name}: stop every client first` : undefined;
}

/** What was observed of a folder or a bucket. */
export interface ObservedFiles {
  readonly kind: 'folder' | 'bucket';
  /** `folder /srv/dify/volumes/app/storage` */
  readonly what: string;
  readonly path: string;
  readonly files: number;
  /** True if what was there has the new name already. */
  readonly isRenamed: boolean;
  /** True if the same bucket is also the place of another step, which began. */
  readonly isShared: boolean;
}

/** Returns the step of Dify's files, or of those of the plugin daemon. */
export function filesStep(
  step: 'objects' | 'plugin-storage',
  seen: ObservedFiles,
  { status, part, suffix, renamedTo }: StepInput,
): PlannedStep {
  const base = { step, what: seen.what, bytes: part.bytes, status, occupied: false };
  if (status === 'done') return { ...base, observed: 'is restored' };
  if (seen.files === 0) return { ...base, observed: 'is empty' };
  const isOwn = seen.isShared || (status === 'started' && (renamedTo === undefined || seen.isRenamed));
  const files = counted(seen.files, seen.kind === 'folder' ? 'file' : 'object');
  if (isOwn) return { ...base, observed: `has ${files} of this restore` };
  const observed = `has ${files}`;
  if (seen.kind === 'bucket') return { ...base, observed, occupied: true };
  const newName = renamedTo ?? renamedFolder(seen.path, suffix);
  const told = { ...base, observed, occupied: true, renamedTo: newName };
  return seen.isRenamed ? { ...told, problem: `the folder ${newName} exists already` } : told;
}

/** The new name of a folder that has files: beside it, so that the renaming copies nothing. */
export function renamedFolder(path: string, suffix: string): string {
  return `${path}.before-${suffix}`;
}

/** Returns the step of the vectors. `seen`: what was observed in the store, or why it could not be read. */
export function vectorsStep(
  seen: ObservedVectors | Required<Pick<PlannedStep, 'problem' | 'next'>>,
  { status, part }: Pick<StepInput, 'status' | 'part'>,
): PlannedStep {
  const { provider, collections } = part.details;
  const base = { step: 'vectors', bytes: part.bytes, status, occupied: false } as const;
  const what = `collections in ${'problem' in seen ? provider : seen.where}`;
  if (status === 'done') return { ...base, what, observed: 'are restored' };
  if ('problem' in seen) return { ...base, ...seen, what, observed: `cannot be read; the set has ${collections}` };
  const { saved, present } = seen;
  if (present === 0) return { ...base, what, observed: `has none of the ${counted(saved, 'collection')} of the set` };
  const observed = `has ${present} of the ${counted(saved, 'collection')} of the set`;
  return status === 'started'
    ? { ...base, what, observed }
    : { ...base, what, observed: `${observed}, which are replaced`, occupied: true };
}
