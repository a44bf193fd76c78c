import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DatabaseName } from '../../backup/database.ts';
import { isRestorable, partOf } from '../../backup/manifest.ts';
import type { RestoreContext } from '../../backup/restore/context.ts';
import { refuseMissingServer } from '../../backup/restore/refuse-plan.ts';
import {
  type DatabaseState,
  databaseStep,
  filesStep,
  type PlannedStep,
  RESTORE_STEPS,
  type RestoredPart,
  type RestoreStep,
  renamedDatabase,
  renamedFolder,
  type StepInput,
  vectorsStep,
} from '../../backup/restore/restore-plan.ts';
import { observeDatabase, openTargetDatabase } from '../../backup/restore/target-database.ts';
import {
  countFiles,
  type FilesTarget,
  filesTargets,
  filesWords,
  isFolderThere,
  otherKeys,
} from '../../backup/restore/target-files.ts';
import { observeVectors, vectorCopy } from '../../backup/restore/target-vectors.ts';
import { compareVersions, wantedVersions } from '../../backup/versions/restore.ts';
import { versionsStep } from '../../backup/versions/restore-step.ts';
import { versionTimes } from '../../backup/versions/times.ts';
import { Fault, Interrupted } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import { COMPOSE_ADDRESSES, POSTGRES, WEAVIATE } from '../../render/compose/names.ts';
import { databaseLogin } from '../../render/dify-env/postgres.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { InstalledRelease } from '../../targets/target.ts';
import type { RestoreOptions } from './options.ts';
import type { RestoreSources } from './sources.ts';

/** What the steps are planned from. */
export interface StepsInput {
  readonly options: RestoreOptions;
  readonly sources: RestoreSources;
  readonly context: RestoreContext;
  readonly resumed: Revision | undefined;
  readonly release: InstalledRelease;
  readonly suffix: string;
}

/** Observes the place of each step of this restore. Throws as `planRestore` does. */
export async function planSteps(input: StepsInput): Promise<readonly PlannedStep[]> {
  const wanted = wantedSteps(input);
  const steps: PlannedStep[] = [];
  for (const step of wanted) steps.push(await plannedStep(step, steps, input));
  return steps;
}

/** The steps of this restore: those of the chosen parts that the set has a copy of. */
function wantedSteps(input: StepsInput): readonly RestoreStep[] {
  const { options, sources, resumed } = input;
  const { manifest, sealed, rendered } = sources;
  const isChosen = (part: RestoredPart): boolean =>
    (options.parts.length === 0 || options.parts.includes(part)) && isRestorable(partOf(manifest, part));
  const hasDatabase = isChosen('postgres-main') || isChosen('postgres-plugin');
  const wants: Readonly<Record<RestoreStep, boolean>> = {
    secrets: isChosen('secrets') && sealed !== undefined,
    'database-service': hasDatabase && rendered !== undefined,
    'point-in-time': hasDatabase && sources.point !== undefined && !areDatabasesDone(resumed),
    'postgres-main': isChosen('postgres-main'),
    'postgres-plugin': isChosen('postgres-plugin'),
    objects: isChosen('objects'),
    'private-keys': isChosen('secrets') && sealed !== undefined && Object.keys(sealed.files).length > 0,
    'plugin-storage': isChosen('plugin-storage'),
    vectors:
      vectorCopy(manifest) !== undefined &&
      (options.parts.includes('vectors') || (options.parts.length === 0 && hasVectorStore(input))),
  };
  return RESTORE_STEPS.filter((step) => wants[step]);
}

async function plannedStep(step: RestoreStep, before: readonly PlannedStep[], input: StepsInput): Promise<PlannedStep> {
  const { options, sources, context, resumed } = input;
  const { paths } = options.opened;
  const { manifest, sealed } = sources;
  const recorded = resumed?.restore?.steps.find((one) => one.step === step);
  // A service that was started by an earlier attempt may have stopped since.
  const isStopped = step === 'database-service' && !isUp(input);
  const status: PlannedStep['status'] = isStopped ? 'to-do' : (recorded?.status ?? 'to-do');
  const base = { step, status, bytes: 0, occupied: false };
  if (step === 'secrets') {
    const count = counted(Object.keys(sealed?.secrets ?? {}).length, 'secret');
    return { ...base, what: paths.secrets, observed: `the set has ${count}; those that exist stay` };
  }
  if (step === 'point-in-time') {
    const { backup, at } = sources.point ?? { backup: undefined, at: undefined };
    const observed = `${backup?.label} of ${backup?.stop}, then its log to ${at?.toISOString()}`;
    // The dumps of an earlier run were removed with its folder.
    return { ...base, status: 'to-do', bytes: backup?.bytes ?? 0, what: 'PostgreSQL in a new folder', observed };
  }
  if (step === 'database-service')
    return { ...base, what: `service ${POSTGRES}`, observed: isUp(input) ? 'runs' : 'is started' };
  const about = (part: RestoredPart): StepInput => ({
    ...{ status, suffix: input.suffix, renamedTo: recorded?.renamedTo },
    part: partOf(manifest, part),
  });
  if (step === 'vectors') return vectorsPlan(about(step), context);
  if (step === 'postgres-main') return databasePlan(step, 'main', about(step), input);
  if (step === 'postgres-plugin') return databasePlan(step, 'plugin', about(step), input);
  const targets = await filesTargets(context);
  if (step === 'private-keys') {
    const isMoved = before.some((one) => one.step === 'objects' && one.renamedTo !== undefined);
    return keysPlan({ ...base, step }, targets.objects, isMoved, input);
  }
  const files = step === 'objects' ? targets.objects : targets.plugins;
  const isShared = step === 'plugin-storage' && isSameBucket(targets.objects, files) && hasBegun(resumed, 'objects');
  if (partOf(manifest, step).mechanism === 'referenced') return versionsPlan(step, files, about(step), input);
  return filesPlan(step, files, isShared, about(step), context);
}

async function versionsPlan(
  step: 'objects' | 'plugin-storage',
  files: FilesTarget,
  { status, part }: StepInput,
  { sources, context }: StepsInput,
): Promise<PlannedStep> {
  if (status === 'done') return versionsStep(step, filesWords(files), part.bytes, status, undefined);
  const wanted = await wantedVersions(part, versionTimes(sources), context);
  return versionsStep(step, filesWords(files), wanted.bytes, status, await compareVersions(files, wanted, context));
}

/** A key that the place has with other contents is kept under another name: without it, its data is lost. */
async function keysPlan(
  base: Pick<PlannedStep, 'step' | 'status' | 'bytes' | 'occupied'>,
  target: FilesTarget,
  isMoved: boolean,
  { sources, context, suffix }: StepsInput,
): Promise<PlannedStep> {
  const files = sources.sealed?.files ?? {};
  const [other] = isMoved || base.status === 'done' ? [] : await otherKeys(target, files, context);
  const [what, observed] = [filesWords(target), `the set has ${counted(Object.keys(files).length, 'key file')}`];
  if (other === undefined) return { ...base, what, observed };
  const renamedTo = `${other}.before-${suffix}`;
  return { ...base, what, observed: `has another ${other}`, occupied: true, renamedTo };
}

async function databasePlan(
  step: 'postgres-main' | 'postgres-plugin',
  which: DatabaseName,
  about: StepInput,
  input: StepsInput,
): Promise<PlannedStep> {
  const { deployment } = input.options.opened;
  const { postgres } = deployment;
  const { database: name, host, port } = databaseLogin(postgres, which, COMPOSE_ADDRESSES);
  const bundled = deployment.target.type === 'compose' ? `service ${POSTGRES}` : 'the bundled PostgreSQL';
  const where = postgres.mode === 'external' ? `${host}:${port}` : bundled;
  const seen = about.status === 'done' ? 'new' : await observeOne(which, name, about, input);
  return databaseStep(step, { name, where }, seen, about);
}

async function observeOne(
  which: DatabaseName,
  name: string,
  { renamedTo, suffix }: StepInput,
  input: StepsInput,
): Promise<DatabaseState> {
  const { sources, context } = input;
  if (sources.rendered !== undefined && !isUp(input)) return (await hasServerData(input)) ? 'stopped' : 'new';
  refuseMissingServer(input.options.opened.deployment, sources.manifest.set, input.release.exists);
  return observeDatabase(await openTargetDatabase(which, context), renamedTo ?? renamedDatabase(name, suffix), context);
}

/** True if the bundled database of the project runs. */
function isUp({ release }: StepsInput): boolean {
  return release.workloads.some(({ name, ready }) => name === POSTGRES && ready > 0);
}

/** True unless the vector store is bundled and does not run: it starts with Dify. */
function hasVectorStore({ options, release }: StepsInput): boolean {
  if (options.opened.deployment.vectorStore.mode === 'external') return true;
  return release.workloads.some(({ name, ready }) => name === WEAVIATE && ready > 0);
}

/** True if the bundled server has a data folder that is not empty, or that cannot be read. */
async function hasServerData({ options }: StepsInput): Promise<boolean> {
  const { deployment, baseDirectory } = options.opened;
  if (deployment.target.type !== 'compose') return false;
  const folder = join(resolve(baseDirectory, deployment.target.directory), 'volumes/db/data');
  return readdir(folder).then(
    (names) => names.length > 0,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

async function filesPlan(
  step: 'objects' | 'plugin-storage',
  files: FilesTarget,
  isShared: boolean,
  about: StepInput,
  context: RestoreContext,
): Promise<PlannedStep> {
  const path = files.kind === 'folder' ? files.path : '';
  const isDone = about.status === 'done';
  const newName = about.renamedTo ?? renamedFolder(path, about.suffix);
  const seen = {
    ...{ kind: files.kind, what: filesWords(files), path, isShared },
    files: isDone ? 0 : await countFiles(files, context),
    isRenamed: files.kind === 'folder' && (await isFolderThere(newName)),
  };
  return filesStep(step, seen, about);
}

async function vectorsPlan(about: StepInput, context: RestoreContext): Promise<PlannedStep> {
  if (about.status === 'done') return vectorsStep({ problem: '', next: [] }, about);
  const seen = await observeVectors(about.part, context).catch((error: unknown) => {
    if (!(error instanceof Fault) || error instanceof Interrupted) throw error;
    return { problem: error.message, next: error.next };
  });
  return vectorsStep(seen, about);
}

function isSameBucket(one: FilesTarget, other: FilesTarget): boolean {
  return one.kind === 'bucket' && other.kind === 'bucket' && one.bucket === other.bucket;
}

function areDatabasesDone(resumed: Revision | undefined): boolean {
  const steps = resumed?.restore?.steps ?? [];
  const isDone = (name: RestoreStep) => steps.some(({ step, status }) => step === name && status === 'done');
  return isDone('postgres-main') && isDone('postgres-plugin');
}

function hasBegun(resumed: Revision | undefined, step: RestoreStep): boolean {
  return resumed?.restore?.steps.some((one) => one.step === step) === true;
}
