import type { DatabaseName } from '../../backup/database.ts';
import { type BackupPart, partOf } from '../../backup/manifest.ts';
import { dumpAtMoment } from '../../backup/pitr/dump.ts';
import type { RestoreContext } from '../../backup/restore/context.ts';
import type { PlannedStep, RestoreStep } from '../../backup/restore/restore-plan.ts';
import { type DumpFile, openTargetDatabase, restoreIntoDatabase } from '../../backup/restore/target-database.ts';
import { type FilesTarget, filesTargets, restoreFiles, writeKeys } from '../../backup/restore/target-files.ts';
import { restoreVectors } from '../../backup/restore/target-vectors.ts';
import { restoreVersions, wantedVersions } from '../../backup/versions/restore.ts';
import { versionTimes } from '../../backup/versions/times.ts';
import { ExternalError, Fault, Interrupted } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { formatBytes } from '../../base/quantity.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { saveTargetIdentity } from '../../state/target-identity.ts';
import type { Locked } from '../locked.ts';
import { revisionStore } from '../plan-install.ts';
import { runStep } from '../steps.ts';
import type { PlannedRestore, RestoreOptions, RestorePlan } from './options.ts';
import { restoreRevision, withStep } from './record.ts';
import type { RestoreSources } from './sources.ts';

/** Time limit for closing the revision after a failure. */
const LAST_WORDS_MS = 30_000;

/** What the steps of one restore share. */
interface Work {
  readonly options: RestoreOptions;
  readonly sources: RestoreSources;
  readonly context: RestoreContext;
  readonly locked: Locked;
  readonly newest: Revision | undefined;
  /** Dumps that the step `point-in-time` made. */
  readonly dumps: Map<DatabaseName, DumpFile>;
}

/**
 * Runs the steps that are not done, and records each of them before it begins and when it is done. Returns the closed
 * revision. Throws ExternalError (exit 4) or Interrupted with what state is left.
 */
export async function runRestore(work: Work, planned: PlannedRestore): Promise<Revision> {
  const { options, sources, locked } = work;
  const { opened, target, now } = options;
  const store = revisionStore(opened, target);
  const { plan, newest, resumed } = planned;
  const { identity, facts } = plan.place;
  await saveTargetIdentity(opened.paths, identity, facts.map(({ name, value }) => `${name} ${value}`).join(', '));
  if (newest?.outcome === 'open' && resumed === undefined)
    await store.write({ ...newest, phase: 'closed', outcome: 'interrupted', endedAt: now().toISOString() });
  let revision = restoreRevision(options, planned, sources, await target.tools(locked.signal));
  const record = async (next: Revision, signal?: AbortSignal): Promise<void> => {
    revision = next;
    await store.write(revision, signal);
  };
  await record(revision, locked.signal);
  try {
    for (const planned of plan.steps) {
      if (planned.status === 'done') continue;
      const { step, occupied, renamedTo } = planned;
      await record(withStep(revision, step, { status: 'started', renamedTo: occupied ? renamedTo : undefined }));
      const started = performance.now();
      await runStep(
        options.onProgress,
        step,
        title(planned),
        () => RUN[step](work, renamedOf(revision, step)),
        () => ({
          detail: planned.bytes === 0 ? '' : formatBytes(planned.bytes),
        }),
      );
      const seconds = Math.round(performance.now() - started) / 1_000;
      await record(withStep(revision, step, { status: 'done', seconds }));
    }
    await record({ ...revision, phase: 'closed', outcome: 'restored', endedAt: now().toISOString() });
    return revision;
  } catch (error) {
    const outcome = error instanceof Interrupted ? 'interrupted' : 'failed';
    const detail = error instanceof Error ? error.message : String(error);
    const closed = { ...revision, phase: 'closed', outcome, endedAt: now().toISOString(), detail } as const;
    await record(closed, withinMs(LAST_WORDS_MS)).catch(() => undefined);
    throw withState(error, options, plan, revision);
  }
}

function title({ step, what }: PlannedStep): string {
  return `${step === 'database-service' ? 'start' : 'restore'} ${what}`;
}

/** The name that existing data gets, as the attempt that began the step recorded it. */
function renamedOf({ restore }: Revision, step: RestoreStep): string | undefined {
  return restore?.steps.find((one) => one.step === step)?.renamedTo;
}

const RUN: Readonly<Record<RestoreStep, (work: Work, renamedTo: string | undefined) => Promise<void>>> = {
  secrets: ({ sources }) => sources.keepSecrets(),
  'database-service': async ({ options, sources, locked, newest }) => {
    const { target, timeoutMs, onProgress } = options;
    if (sources.rendered === undefined) throw new Error('the bundled database has no rendered set');
    await sources.keepSecrets();
    await target.keepSecrets(sources.rendered, locked.signal);
    await target.startDatabase(sources.rendered, newest?.files, {
      ...{ timeoutMs, signal: locked.signal, onProgress, onChild: locked.onChild },
    });
  },
  'point-in-time': async ({ options, sources, context, dumps }) => {
    if (sources.point === undefined) throw new Error('the restore has no archive');
    const which = (['main', 'plugin'] as const).filter(
      (one) => options.parts.length === 0 || options.parts.includes(`postgres-${one}`),
    );
    for (const [name, dump] of await dumpAtMoment(sources.point, which, context)) dumps.set(name, dump);
  },
  'postgres-main': async ({ sources, context, dumps }, renamedTo) => {
    const part = partOf(sources.manifest, 'postgres-main');
    const target = await openTargetDatabase('main', context);
    await restoreIntoDatabase(target, part, renamedTo, context, dumpOf('main', sources, dumps));
  },
  'postgres-plugin': async ({ sources, context, dumps }, renamedTo) => {
    const part = partOf(sources.manifest, 'postgres-plugin');
    const target = await openTargetDatabase('plugin', context);
    await restoreIntoDatabase(target, part, renamedTo, context, dumpOf('plugin', sources, dumps));
  },
  objects: async ({ sources, context }, renamedTo) => {
    const { objects } = await filesTargets(context);
    await restoreFilesPart(objects, partOf(sources.manifest, 'objects'), renamedTo, sources, context);
  },
  'private-keys': async ({ sources, context }, renamedTo) => {
    const { objects } = await filesTargets(context);
    const end = renamedTo?.slice(renamedTo.lastIndexOf('.before-'));
    await writeKeys(objects, sources.sealed?.files ?? {}, end, context);
  },
  'plugin-storage': async ({ sources, context }, renamedTo) => {
    const { plugins } = await filesTargets(context);
    await restoreFilesPart(plugins, partOf(sources.manifest, 'plugin-storage'), renamedTo, sources, context);
  },
  vectors: async ({ options, sources, context }) => {
    const onDetail = (detail: string): void => options.onProgress({ type: 'step-progress', step: 'vectors', detail });
    await restoreVectors(partOf(sources.manifest, 'vectors'), undefined, context, onDetail);
  },
};

/** The dump as of the stated time. Undefined: use that of the set. Throws Error (a bug) if it was not made. */
function dumpOf(
  which: DatabaseName,
  { point }: RestoreSources,
  dumps: ReadonlyMap<DatabaseName, DumpFile>,
): DumpFile | undefined {
  const dump = dumps.get(which);
  if (point !== undefined && dump === undefined) throw new Error(`the step point-in-time made no dump of ${which}`);
  return dump;
}

async function restoreFilesPart(
  target: FilesTarget,
  part: BackupPart,
  renamedTo: string | undefined,
  sources: RestoreSources,
  context: RestoreContext,
): Promise<void> {
  if (part.mechanism !== 'referenced') return restoreFiles(target, part, renamedTo, context);
  await restoreVersions(target, await wantedVersions(part, versionTimes(sources), context), context);
}

/** The same error with what is restored and what is not: exit 4, or 130 if the run was interrupted. */
function withState(
  error: unknown,
  { promotion }: RestoreOptions,
  { set, steps }: RestorePlan,
  { restore }: Revision,
): unknown {
  if (!(error instanceof Fault)) return error;
  const done = (restore?.steps ?? []).filter(({ status }) => status === 'done').map(({ step }) => step);
  const open = steps.map(({ step }) => step).filter((step) => !done.some((one) => one === step));
  const state = `restored: ${done.join(', ') || 'nothing'}; not restored: ${open.join(', ') || 'nothing'}`;
  const next = [
    ...error.next,
    `difyctl ${promotion === undefined ? 'restore' : 'promote'} ${set}, with the same options, continues`,
  ];
  const message = `${error.message}; ${state}`;
  if (error instanceof Interrupted) return new Interrupted(message, { next, cause: error });
  const { command, stderr, timedOut } = error instanceof ExternalError ? error : {};
  return new ExternalError(message, {
    ...(command === undefined ? {} : { command }),
    ...{ stderr: stderr ?? [], timedOut: timedOut ?? false, next, cause: error },
    exitCode: error.exitCode === EXIT.locked ? EXIT.locked : EXIT.apply,
  });
}
