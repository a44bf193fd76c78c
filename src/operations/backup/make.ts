import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keyFingerprint } from '../../backup/fingerprint.ts';
import { type MakeContext, resticOptions } from '../../backup/make/context.ts';
import { requireRecipients } from '../../backup/make/secrets.ts';
import { requireVectorStrategy } from '../../backup/make/vectors.ts';
import { type BackupManifest, type BackupPart, backupManifest } from '../../backup/manifest.ts';
import { backupSettings, withRepository } from '../../backup/open-repository.ts';
import { newestIntact, setFaults, setTags, storedParts, writeManifest } from '../../backup/repository.ts';
import { newSetId } from '../../backup/set-id.ts';
import { ExternalError, Interrupted, UserError } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { settled } from '../../base/settled.ts';
import { makeTemporaryFolder } from '../../base/temporary-folder.ts';
import type { Restic } from '../../exec/restic.ts';
import { newestRevision, type Revision } from '../../state/revisions/revision.ts';
import { refuseOtherTarget } from '../../state/target-identity.ts';
import type { Target } from '../../targets/target.ts';
import { type Locked, withLock } from '../locked.ts';
import { revisionStore } from '../plan-install.ts';
import { runStep } from '../steps.ts';
import { makeParts, type TimedPart } from './parts.ts';
import { whileStopped } from './quiesce.ts';
import { type RepositoryOptions, repositoryInput } from './repository.ts';
import { closeSources, openSources, type Sources } from './sources.ts';

export interface MakeOptions extends RepositoryOptions {
  readonly target: Target;
  /** The text of difyctl.yaml. */
  readonly file: string;
  readonly withoutSecrets: boolean;
  /** Stop the processes of Dify that write while the set is made. */
  readonly quiesce: boolean;
  /** Examine every source, and make nothing. */
  readonly dryRun: boolean;
  readonly now: () => Date;
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
}

/** The manifest of the set that was made. Undefined after a dry run. */
export interface MadeBackup {
  readonly manifest: BackupManifest | undefined;
  /** What a dry run found. */
  readonly sources: Sources;
}

/**
 * Makes one backup set under the lock of the installation. Nothing is copied before every source was reached and
 * examined. Throws UserError for a file that does not say how, a wrong source or a held lock; ExternalError (exit 4) if
 * the set was begun and is not complete: it does not exist then.
 */
export async function makeBackup(options: MakeOptions): Promise<MadeBackup> {
  const { opened, target, signal, withoutSecrets, dryRun } = options;
  const { deployment, paths } = opened;
  const { recipients } = backupSettings(deployment);
  requireVectorStrategy(opened);
  requireRecipients(recipients, withoutSecrets);
  const input = await repositoryInput(options, 'stop');
  const { identity } = await target.locate(signal);
  await refuseOtherTarget(paths, deployment.name, identity);
  const folder = await makeTemporaryFolder();
  try {
    return await withRepository(input, async (restic) => {
      const version = await restic.version({ signal });
      const common = { ...input, kubeArgs: opened.kubeArgs, restic, engine: `restic ${version}`, folder };
      const cache = join(paths.deployment, 'backup');
      const set = newSetId(deployment.name, options.now());
      const alone = { ...common, cache, set, signal, onStart: () => undefined, onBytes: () => undefined };
      if (dryRun)
        return withSources(options, alone, async (sources) => ({ manifest: undefined, sources: await sources }));
      return withLock({ ...options, run: opened.run, leavesRelease: true }, (locked) => {
        const onStart = (pid: number): void => locked.onChild('restic', pid);
        const onBytes: MakeContext['onBytes'] = (part, bytes) =>
          options.onProgress({ type: 'step-progress', step: part, detail: `${Math.round(bytes / 2 ** 20)} MiB` });
        const context = { ...alone, onStart, onBytes, signal: locked.signal };
        return withSources(options, context, (sources) => makeSet(options, context, locked, sources));
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function examine({ onProgress }: MakeOptions, context: MakeContext): Promise<Sources> {
  return runStep(onProgress, 'sources', 'examine the sources', () => openSources(context), sourceWords);
}

function sourceWords({ main, plugin, facts, files }: Sources): { readonly detail: string } {
  const tenants = Object.keys(facts.tenants).length;
  const where = files.kind === 'folders' ? files.objects : `bucket ${files.buckets.files}`;
  const databases = `${main.client.database} (${main.tables.length} tables) and ${plugin.client.database} (${plugin.tables.length})`;
  return { detail: `${databases} at ${main.client.where}, ${tenants} tenants, files in ${where}` };
}

/** Begins to examine the sources, and calls `use`. Then ends what still runs on them, also if `use` did not wait. */
async function withSources<T>(
  options: MakeOptions,
  context: MakeContext,
  use: (sources: Promise<Sources>) => Promise<T>,
): Promise<T> {
  const sources = examine(options, context);
  try {
    return await use(sources);
  } finally {
    await sources.then(closeSources, () => undefined);
  }
}

async function makeSet(
  options: MakeOptions,
  context: MakeContext,
  locked: Locked,
  examined: Promise<Sources>,
): Promise<MadeBackup> {
  const { target, now, onProgress, file, withoutSecrets, quiesce } = options;
  const { signal } = locked;
  const { restic, set, secrets, deployment } = context;
  const startedAt = now();
  const [sources, found] = await settled(examined, openRepository(restic, deployment.name, signal));
  if (!found.exists) await createRepository(restic, options, signal);
  const revision = await appliedRevision(options, signal);
  const recipients = withoutSecrets ? [] : backupSettings(deployment).recipients;
  try {
    const copy = async () => {
      const commonPoint = now();
      const input = { file, revision, sources, earlier: found.earlier, commonPoint, recipients };
      return { commonPoint, made: await makeParts(input, context, onProgress) };
    };
    const { commonPoint, made } = await (quiesce ? whileStopped(options, locked, copy) : copy());
    const parts = await withTrees(restic, deployment.name, set, made, signal);
    const { identity } = await target.locate(signal);
    const manifest = backupManifest({
      set,
      deployment: deployment.name,
      tier: deployment.tier,
      target: { type: deployment.target.type, ...identity },
      dify: typeof revision?.file.version === 'string' ? revision.file.version : deployment.version,
      ...(revision?.chart === undefined ? {} : { chart: revision.chart.version }),
      commonPoint: commonPoint.toISOString(),
      startedAt: startedAt.toISOString(),
      finishedAt: now().toISOString(),
      quiesced: quiesce,
      schemaHead: sources.facts.schemaHead,
      keys: { secretKey: keyFingerprint(secrets.get('secrets.secretKey'), set), tenants: { ...sources.facts.tenants } },
      recipients: [...recipients],
      parts: [...parts],
    });
    await writeManifest(restic, manifest, resticOptions(context));
    return { manifest, sources };
  } catch (error) {
    throw incomplete(error, set);
  }
}

/**
 * Removes the locks of dead runs, and reads the newest set. Creates nothing. The three calls of restic run at the same
 * time, because each call derives the key of the repository, which takes half a second. If the repository does not exist,
 * the other two calls fail, and their errors are ignored.
 */
async function openRepository(
  restic: Restic,
  deployment: string,
  signal: AbortSignal,
): Promise<{ readonly exists: boolean; readonly earlier: BackupManifest | undefined }> {
  const asked = settled(restic.unlock({ signal }), newestIntact(restic, deployment, { signal }));
  const [exists] = await Promise.allSettled([restic.exists({ signal }), asked]);
  if (exists.status === 'rejected') throw exists.reason;
  if (!exists.value) return { exists: false, earlier: undefined };
  const [, earlier] = await asked;
  return { exists: true, earlier };
}

function createRepository(restic: Restic, { onProgress }: MakeOptions, signal: AbortSignal): Promise<void> {
  return runStep(
    onProgress,
    'repository',
    'create the repository',
    () => restic.init({ signal }),
    () => ({ detail: '' }),
  );
}

async function appliedRevision({ opened, target }: MakeOptions, signal: AbortSignal): Promise<Revision | undefined> {
  const { revisions } = await revisionStore(opened, target).read(signal);
  return newestRevision(revisions.filter(({ outcome }) => outcome === 'applied'));
}

/** Adds the snapshot and tree of each part, and verifies that the repository has every one of them. */
async function withTrees(
  restic: Restic,
  deployment: string,
  set: string,
  made: readonly TimedPart[],
  signal: AbortSignal,
): Promise<BackupPart[]> {
  const snapshots = await restic.snapshots(setTags(deployment, set), { signal });
  const parts = storedParts(made, snapshots);
  const faults = setFaults({ set, parts }, snapshots);
  if (faults.length > 0) throw new ExternalError(`the repository does not have what was copied: ${faults.join('; ')}`);
  return parts;
}

/** The same error with what state it left: an outside failure has exit code 4. */
function incomplete(error: unknown, set: string): unknown {
  const state = `set ${set} has no manifest, so it does not exist`;
  if (error instanceof Interrupted) return new Interrupted(`${error.message}; ${state}`, { cause: error });
  if (error instanceof UserError || !(error instanceof ExternalError)) return error;
  const { message, command, stderr, timedOut, next } = error;
  return new ExternalError(`${message}; ${state}`, {
    ...(command === undefined ? {} : { command }),
    stderr,
    timedOut,
    exitCode: error.exitCode === EXIT.locked ? EXIT.locked : EXIT.apply,
    next: [...next, 'run difyctl backup again; difyctl backup prune removes what this run stored'],
    cause: error,
  });
}
