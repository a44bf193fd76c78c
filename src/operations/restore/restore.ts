import { rm } from 'node:fs/promises';
import type { InvariantResult } from '../../backup/invariants/facts.ts';
import { withRepository } from '../../backup/open-repository.ts';
import type { RestoreContext } from '../../backup/restore/context.ts';
import { redisGuide } from '../../backup/restore/redis-guide.ts';
import { refusePlan } from '../../backup/restore/refuse-plan.ts';
import { vectorCopy } from '../../backup/restore/target-vectors.ts';
import { lackingGuide, vectorsGuide } from '../../backup/restore/vectors-guide.ts';
import { UserError } from '../../base/errors.ts';
import { makeTemporaryFolder } from '../../base/temporary-folder.ts';
import { counted } from '../../base/words.ts';
import type { Restic } from '../../exec/restic.ts';
import { refuseLink } from '../../state/links.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { repositoryInput } from '../backup/repository.ts';
import { operation } from '../operation.ts';
import { runStep } from '../steps.ts';
import { type NewestRestored, newestRestored } from './newest.ts';
import type { PlannedRestore, RestoreOptions, RestorePlan } from './options.ts';
import { planRestore } from './plan.ts';
import { readParts } from './read-parts.ts';
import { type RestoreSources, restoreSources } from './sources.ts';
import { type VerifiedData, verifyRestored } from './verify.ts';
import { runRestore } from './work.ts';

/** A restore, or its plan after a dry run. */
export interface RestoreResult {
  readonly plan: RestorePlan;
  readonly outcome: 'dry-run' | 'restored';
  /** Number of the revision. Undefined after a dry run. */
  readonly revision?: number;
  /** Steps with their seconds, in the order of the restore. Empty after a dry run. */
  readonly steps: readonly { readonly step: string; readonly seconds?: number | undefined }[];
  /** Undefined after a dry run. */
  readonly newest?: NewestRestored;
  /** Empty after a dry run. */
  readonly invariants: readonly InvariantResult[];
  /** What a person still has to do. */
  readonly next: readonly string[];
}

/**
 * Restores a backup set into the place of the deployment: keys first, then databases, files and plugins, and verifies
 * the invariants. Throws UserError before anything is changed if the set or the place does not fit, and ExternalError
 * (exit 4) with what state it left if a step fails.
 */
export async function restoreDeployment(options: RestoreOptions): Promise<RestoreResult> {
  const { opened, signal, onProgress } = options;
  await refuseLink(opened.paths.revisions);
  const folder = await makeTemporaryFolder();
  try {
    return await withRepository(await repositoryInput(options, 'stop'), async (restic) => {
      await requireRepository(restic, signal);
      const sources = await runStep(
        ...([onProgress, 'set', 'read the set and its keys'] as const),
        () => restoreSources(options, restic),
        ({ manifest, sealed }) => ({
          detail: `${manifest.set}, secrets ${sealed === undefined ? 'not opened' : 'opened'}`,
        }),
      );
      return restoreFrom(options, sources, restic, folder);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function requireRepository(restic: Restic, signal: AbortSignal): Promise<void> {
  await restic.version({ signal });
  if (await restic.exists({ signal })) return;
  throw new UserError('the repository of backups does not exist', { next: ['check recovery.backup.repository'] });
}

function restoreFrom(
  options: RestoreOptions,
  sources: RestoreSources,
  restic: Restic,
  folder: string,
): Promise<RestoreResult> {
  const { opened, now, dryRun, byName, mayAsk, knowledgeBase, onProgress } = options;
  const { deployment, baseDirectory, runner, kubeArgs } = opened;
  const suffix = now().toISOString().replace(/\D/g, '').slice(0, 14);
  const base = { deployment, baseDirectory, secrets: sources.secrets, runner, kubeArgs, restic, folder, knowledgeBase };
  const contextOf = (signal: AbortSignal): RestoreContext => ({ ...base, signal, onStart: () => undefined });
  return operation<PlannedRestore, RestoreResult>(
    { ...options, run: opened.run },
    {
      plan: (signal) => planStep(options, sources, contextOf(signal), suffix),
      withoutChange: async ({ plan }) =>
        dryRun ? { plan, outcome: 'dry-run', steps: [], invariants: [], next: [] } : undefined,
      refuse: ({ plan }) => refusePlan(plan, { byName, mayAsk }),
      isOther: (agreed, again) => stateOf(agreed.plan) !== stateOf(again.plan),
      confirm: ({ plan }, again) => options.confirm(plan, again),
      work: async (planned, locked) => {
        const onStart = (pid: number): void => locked.onChild('restic', pid);
        const context = { ...base, signal: locked.signal, onStart };
        await restic.unlock({ signal: locked.signal });
        await readParts(planned.plan.steps, sources, context, onProgress);
        const work = { options, sources, context, locked, newest: planned.newest, dumps: new Map() };
        const { number, restore } = await runRestore(work, planned);
        const areLater = areVectorsLater(options, sources, planned.plan);
        const { invariants, lacking } = await verifyStep(options, sources, context, areLater);
        const newest = await newestRestored(sources, context);
        const steps = (restore?.steps ?? []).map(({ step, seconds }) => ({ step, seconds }));
        const next = nextSteps(options, sources, areLater, lacking);
        return { plan: planned.plan, outcome: 'restored', revision: number, steps, newest, invariants, next };
      },
    },
  );
}

function planStep(
  options: RestoreOptions,
  sources: RestoreSources,
  context: RestoreContext,
  suffix: string,
): Promise<PlannedRestore> {
  return runStep(
    ...([options.onProgress, 'plan', 'inspect the place of the restore'] as const),
    () => planRestore(options, sources, context, suffix),
    ({ plan }) => ({ detail: counted(plan.steps.length, 'step') }),
  );
}

/** What the operator agreed to: the steps and what is there. */
function stateOf({ steps, writers, resumes }: RestorePlan): string {
  return JSON.stringify([steps.map(({ what, observed, status }) => [what, observed, status]), writers, resumes]);
}

function verifyStep(
  { onProgress }: RestoreOptions,
  sources: RestoreSources,
  context: RestoreContext,
  areLater: boolean,
): Promise<VerifiedData> {
  return runStep(
    ...([onProgress, 'verify', 'verify the restored data'] as const),
    () => verifyRestored(sources, context, areLater),
    ({ invariants }) => ({
      detail: counted(invariants.length, 'invariant'),
      failed: invariants.some(({ status }) => status === 'fail'),
    }),
  );
}

type StepNames = { readonly steps: readonly { readonly step: string }[] };

/** True if the set has the vectors of a bundled store that starts only with Dify. */
function areVectorsLater({ parts }: RestoreOptions, { manifest }: RestoreSources, { steps }: StepNames): boolean {
  return parts.length === 0 && vectorCopy(manifest) !== undefined && !steps.some(({ step }) => step === 'vectors');
}

/**
 * Verifies the data of the restore that a revision recorded, where it is now. Changes nothing. Throws as
 * `restoreDeployment` does before anything is changed.
 */
export async function verifyRecorded(
  options: RestoreOptions,
  recorded: NonNullable<Revision['restore']>,
): Promise<Pick<RestoreResult, 'invariants' | 'next'>> {
  const { opened, signal } = options;
  const { deployment, baseDirectory, runner, kubeArgs } = opened;
  const folder = await makeTemporaryFolder();
  try {
    return await withRepository(await repositoryInput(options, 'stop'), async (restic) => {
      const sources = await restoreSources({ ...options, set: recorded.set, at: undefined }, restic);
      const base = { deployment, baseDirectory, secrets: sources.secrets, runner, kubeArgs, restic, folder };
      const areLater = areVectorsLater(options, sources, recorded);
      const context: RestoreContext = { ...base, signal, onStart: () => undefined };
      const { invariants, lacking } = await verifyStep(options, sources, context, areLater);
      return { invariants, next: nextSteps(options, sources, areLater, lacking) };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nextSteps(
  { parts, opened, promotion }: RestoreOptions,
  { manifest }: RestoreSources,
  areLater: boolean,
  lacking: readonly string[],
): readonly string[] {
  const embed = lackingGuide(lacking, opened.deployment);
  if (parts.length > 0) return ['difyctl status shows what runs', ...embed];
  const vectors = [
    ...vectorsGuide(manifest, opened.deployment),
    ...embed,
    ...(areLater
      ? [`vectors: stop Dify but not its vector store, then difyctl restore ${manifest.set} --part vectors`]
      : []),
  ];
  if (promotion !== undefined) return vectors;
  return [
    'difyctl install starts Dify on the restored data, and postflight verifies it',
    ...vectors,
    ...redisGuide(opened.deployment),
    'users sign in again, because Redis is not restored; point DNS at this installation if its address is new',
  ];
}
