import { isProven } from '../../backup/invariants/judge.ts';
import { Interrupted, UserError } from '../../base/errors.ts';
import { type Primary, primaryOf } from '../../deployment/primary.ts';
import { dialHere } from '../../net/dial.ts';
import { refuseUnreadable } from '../../state/revisions/stored.ts';
import { revisionStore } from '../plan-install.ts';
import type { RestoreOptions, RestorePlan } from '../restore/options.ts';
import { type RestoreResult, restoreDeployment, verifyRecorded } from '../restore/restore.ts';
import { runStep } from '../steps.ts';
import { promotedNext } from './next.ts';
import type { PromoteOptions, PromoteResult, Promotion } from './options.ts';
import { answerLines, askPrimary, type PrimaryAnswer, refuseLiving } from './primary.ts';
import { type Stage, stageOf } from './stage.ts';

/** The data of a promotion, and what is known of it. */
type Data = Pick<PromoteResult, 'restore' | 'invariants' | 'next'>;

/**
 * Makes a standby region the primary: verifies that the primary does not answer, restores its newest set, verifies the
 * data, installs. A run after an interrupted one continues at the step that did not end. Throws UserError before
 * anything is changed if the primary answers or the place does not fit, and what `restoreDeployment` throws.
 */
export async function promote(options: PromoteOptions): Promise<PromoteResult> {
  const { opened, target, signal, dryRun } = options;
  const primary = requirePrimary(options);
  const { revisions, unreadable } = await revisionStore(opened, target).read(signal);
  refuseUnreadable(unreadable);
  const stage = stageOf(revisions);
  if (stage.kind === 'other') throw notEmpty(stage.revision);
  refuseOtherSet(stage, options.set);
  const nothing = { restore: undefined, invariants: [], install: undefined };
  if (stage.kind === 'promoted') {
    const promotion = { primary, seen: [], stage: stage.kind, restore: undefined };
    return { promotion, outcome: 'unchanged', ...nothing, next: promotedNext(opened, []) };
  }
  const seen = await askStep(primary, options);
  if (!dryRun) refuseLiving(primary.name, seen, continuations(stage));
  const promotion: Promotion = { primary, seen, stage: stage.kind, restore: undefined };
  if (dryRun && stage.kind !== 'empty' && stage.kind !== 'restoring')
    return { promotion, outcome: 'dry-run', ...nothing, next: [] };
  const data = await restoreData(options, stage, promotion);
  const known = { ...data, promotion: { ...promotion, restore: data.restore?.plan } };
  if (dryRun) return { ...known, outcome: 'dry-run', install: undefined };
  if (data.invariants.length > 0 && !isProven(data.invariants))
    return { ...known, outcome: 'unproven', install: undefined, next: UNPROVEN };
  const install = await options.install();
  const isInstalled = install.outcome === 'applied' || install.outcome === 'unchanged';
  const next = isInstalled ? promotedNext(opened, data.next) : ['difyctl promote, with the same options, continues'];
  return { ...known, outcome: isInstalled ? 'promoted' : 'stopped', install, next };
}

const UNPROVEN = [
  'difyctl restore, with another set, if what is missing matters: docs/restore.md',
  'difyctl install starts Dify on the data as it is',
];

/** Throws UserError if the file is not of a standby region. */
function requirePrimary({ opened }: PromoteOptions): Primary {
  const primary = primaryOf(opened.deployment);
  if (primary !== undefined) return primary;
  throw new UserError('the file is not of a standby region: it names no primary', {
    next: ['set recovery.topology.primary.urls in the file of the standby region: docs/regions.md'],
  });
}

function notEmpty(revision: number): UserError {
  return new UserError(
    `Dify was installed here (revision ${revision}), and not on restored data; nothing was changed`,
    {
      next: [
        'difyctl history shows what was installed',
        'promote an empty place: difyctl uninstall, and remove the data',
      ],
    },
  );
}

/** Throws UserError if the data of another set is restored already. */
function refuseOtherSet(stage: Stage, set: string | undefined): void {
  if (stage.kind !== 'restored' && stage.kind !== 'installing') return;
  const { restore } = stage;
  if (set === undefined || set === 'latest' || set === restore.set) return;
  throw new UserError(`the data of ${restore.set} is restored here, not of ${set}; nothing was changed`, {
    next: ['difyctl promote without a set continues', `difyctl restore ${set} replaces the data, by name`],
  });
}

/** What else continues a promotion whose addresses already reach the new primary. */
function continuations({ kind }: Stage): readonly string[] {
  return kind === 'installing' ? ['difyctl install, if the DNS records already point to this installation'] : [];
}

function askStep(primary: Primary, { signal, onProgress }: PromoteOptions): Promise<readonly PrimaryAnswer[]> {
  return runStep(
    ...([onProgress, 'primary', `ask ${primary.name}, the primary`] as const),
    () => askPrimary(primary.urls, { dial: dialHere, signal }),
    (seen) => ({
      detail: answerLines(seen).join('; '),
      failed: seen.some(({ verdict }) => verdict !== 'gone'),
    }),
  );
}

/** Restores the data, or verifies what an earlier run restored. An install that began had verified it. */
async function restoreData(options: PromoteOptions, stage: Stage, promotion: Promotion): Promise<Data> {
  const agree = async (plan: RestorePlan | undefined, again: boolean): Promise<boolean> => {
    if (!(await options.confirm({ ...promotion, restore: plan }, again))) return false;
    // The answer may have taken minutes.
    refuseLiving(promotion.primary.name, await askStep(promotion.primary, options), continuations(stage));
    return true;
  };
  const restoring = restoreOptions(options, stage, promotion, agree);
  if (stage.kind === 'empty' || stage.kind === 'restoring') {
    const restore: RestoreResult = await restoreDeployment(restoring);
    return { restore, invariants: restore.invariants, next: restore.next };
  }
  if (!(await agree(undefined, false))) throw new Interrupted('declined; nothing was changed');
  if (stage.kind !== 'restored') return { restore: undefined, invariants: [], next: [] };
  return { restore: undefined, ...(await verifyRecorded(restoring, stage.restore)) };
}

function restoreOptions(
  { set, at, confirm: _confirm, install: _install, ...shared }: PromoteOptions,
  stage: Stage,
  { primary, seen }: Promotion,
  confirm: RestoreOptions['confirm'],
): RestoreOptions {
  const begun = stage.kind === 'restoring' && set === undefined && at === undefined ? stage.restore : undefined;
  return {
    ...shared,
    set: begun?.set ?? set ?? 'latest',
    at: begun?.at === undefined ? at : new Date(begun.at),
    ...{ parts: [], knowledgeBase: undefined, byName: false, mayAsk: false, confirm },
    promotion: { primary: primary.name, seen: [...answerLines(seen)] },
  };
}
