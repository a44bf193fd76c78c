import { durationSeconds, span } from '../../base/duration.ts';
import { ageOf } from '../../recovery/backup-facts.ts';
import { POINT_IN_TIME, SYNCHRONOUS_STANDBY } from '../../recovery/figures.ts';
import { exceeds, type Loss, type Standby } from '../../recovery/losses.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { deploymentOf, finding } from '../judgement.ts';
import { declaredOnly } from '../services/probed.ts';
import { errorInProd, whereFile } from '../when.ts';
import { aside } from './aside.ts';
import { drillEvidence, drilledLoss } from './drilled.ts';
import { currentPlan } from './measured.ts';
import { lossEvidence, newestSeenSet, observedLosses } from './mechanisms.ts';
import { judgeLosses } from './promise.ts';
import { standbyOf } from './standby.ts';

const planned = whereFile(({ recovery }) => recovery?.rpo !== undefined);

export const recoveryRpo: Check = {
  id: 'recovery.rpo',
  title: 'if a machine or zone is lost, no store loses more work than the RPO',
  phases: ['preflight'],
  severity: errorInProd,
  when: planned,
  requires: [],
  optional: [...lossEvidence, ...drillEvidence],
  remedy: 'shorten the interval, choose pitr for PostgreSQL, or set recovery.rpo to a value that the plan reaches',
  judge: (context) => {
    const { deployment, standby, rpo } = facts(context);
    const plan = deployment.recovery?.postgres;
    const losses = observedLosses(context, 'machine', deployment, standby);
    const old = oldSet(context, standby, rpo) ?? overRpo(context, standby, rpo);
    if (old !== undefined) return old;
    const wrong = losses.filter((loss) => exceeds(loss, durationSeconds(rpo)));
    const isDatabaseAlone = wrong.length > 0 && wrong.every(({ store }) => store === 'postgres');
    // The replica could not be observed: neither there nor missing.
    if (isDatabaseAlone && standby === 'unseen' && plan?.method === 'replica' && plan.interval !== undefined) {
      return aside(
        'difyctl could not observe whether the replica is synchronous: see postgres.reachable and postgres.replication',
      );
    }
    return judgeLosses(losses, rpo, isDatabaseAlone ? brokenBy(rpo, standby) : { remedy: recoveryRpo.remedy });
  },
};

export const recoveryCorruption: Check = {
  id: 'recovery.rpo.corruption',
  title: 'data can be restored to a point before a mistake or a corruption, within the RPO',
  phases: ['preflight'],
  severity: errorInProd,
  when: planned,
  requires: [],
  optional: [...lossEvidence, ...drillEvidence],
  remedy:
    'enable versioning of the buckets, archive the WAL of PostgreSQL, or set recovery.corruptionRpo to a value that the plan reaches',
  judge: (context) => {
    const { deployment, standby, rpo } = facts(context);
    const promised = deployment.recovery?.corruptionRpo ?? rpo;
    const old = oldSet(context, 'none', rpo);
    if (old !== undefined) return old;
    if (overRpo(context, standby, rpo) !== undefined) return aside('the same backups cover it: see recovery.rpo');
    const drilled = overRpo(context, 'none', promised);
    if (drilled !== undefined) return drilled;
    const machine = observedLosses(context, 'machine', deployment, standby);
    const gone = machine.filter((loss) => exceeds(loss, durationSeconds(rpo)));
    const losses = observedLosses(context, 'corruption', deployment, standby);
    const own = losses.filter(({ store }) => !gone.some((loss) => loss.store === store));
    const wrong = own.filter((loss) => exceeds(loss, durationSeconds(promised)));
    // One problem, one finding: what cannot be restored after a lost machine cannot be restored after a mistake either.
    if (gone.length > 0 && wrong.length === 0) return aside('the same backups cover it: see recovery.rpo');
    return judgeLosses(
      own.map((loss) => unsaid(loss, machine)),
      promised,
      {
        ...(wrong.some(({ store }) => store === 'postgres') ? nearest(promised) : {}),
        remedy: wrong.every(({ store }) => store === 'objectStorage')
          ? 'enable versioning and set recovery.objectStorage.versioning to true'
          : recoveryCorruption.remedy,
      },
    );
  },
};

/** A skip if the newest set is older than the RPO, which recovery.backup.age reports. */
function oldSet(context: JudgeContext, standby: Standby, rpo: string): Judgement | undefined {
  if (standby === 'synchronous' || standby === 'declared') return undefined;
  const set = newestSeenSet(context);
  if (set === undefined || ageOf(set, context.now) <= durationSeconds(rpo)) return undefined;
  return aside('the newest backup set is older than the RPO: see recovery.backup.age');
}

/** A finding if the newest drill measured a larger loss than promised; a standby loses less than a backup. */
function overRpo(context: JudgeContext, standby: Standby, promised: string): Judgement | undefined {
  if (standby === 'synchronous' || standby === 'declared' || newestSeenSet(context) !== undefined) return undefined;
  const drilled = drilledLoss(context);
  if (drilled === undefined || drilled.seconds <= durationSeconds(promised)) return undefined;
  return finding('fail', {
    observed: drilled.observed,
    expected: `at most ${promised} of lost work`,
    remedy:
      'run difyctl backup more often, choose pitr for PostgreSQL, or set recovery.rpo to a value that the plan reaches',
  });
}

/** Removes `declared` if recovery.rpo already reports it for the store. */
function unsaid(loss: Loss, machine: readonly Loss[]): Loss {
  const { declared: _, ...rest } = loss;
  return machine.some(({ store, declared }) => store === loss.store && declared === true) ? rest : loss;
}

export const recoveryRegion: Check = {
  id: 'recovery.rpo.region',
  title: 'if a region is lost, a plan with a second region loses no more work than the RPO',
  phases: ['preflight'],
  severity: errorInProd,
  when: (deployment, tier) => {
    const arises = planned(deployment, tier);
    if (arises !== true) return arises;
    if ((deployment?.recovery?.topology?.region ?? 'single') !== 'single') return true;
    return {
      skip: 'the plan has one region: if it is lost, data is restored from copies elsewhere, and no RPO is promised',
    };
  },
  requires: [],
  optional: lossEvidence,
  remedy:
    'copy files and backups to the other region (recovery.objectStorage.replication), or plan for a single region',
  judge: (context) => {
    const { deployment, standby, rpo } = facts(context);
    const losses = observedLosses(context, 'region', deployment, standby);
    const judged = judgeLosses(losses, rpo, { remedy: recoveryRegion.remedy });
    if (judged.status === 'fail' || judged.status === 'skip') return judged;
    // The file names the repository of the backups (recovery.backup.repository), but not its region, and difyctl
    // connects to nothing in the second region.
    return {
      ...declaredOnly(
        'a second region that holds files and backups',
        'restore once in the second region, and keep the record',
      ),
      message: `a second region that holds files and backups: declared, not seen; difyctl created or observed nothing there (${judged.message})`,
    };
  },
};

function facts(context: JudgeContext) {
  const deployment = currentPlan(deploymentOf(context), context.now);
  return { deployment, standby: standbyOf(context, deployment), rpo: deployment.recovery?.rpo ?? '0s' };
}

function brokenBy(rpo: string, standby: Standby): { readonly remedy: string; readonly reason?: string } {
  if (durationSeconds(rpo) >= POINT_IN_TIME.rpo) return { remedy: recoveryRpo.remedy };
  const seen = standby === 'asynchronous' ? ', and the observed replica is asynchronous' : '';
  return {
    reason: `only ${SYNCHRONOUS_STANDBY.mechanism} can lose less than ${span(POINT_IN_TIME.rpo)}${seen}`,
    remedy: `set synchronous_standby_names, or set recovery.rpo to ${span(POINT_IN_TIME.rpo)}, the lowest value that a WAL archive reaches`,
  };
}

function nearest(promised: string): { readonly reason?: string } {
  if (durationSeconds(promised) >= POINT_IN_TIME.rpo) return {};
  const reachable = span(POINT_IN_TIME.rpo);
  return {
    reason: `the lowest published RPO is ${reachable}: ${POINT_IN_TIME.mechanism} (${POINT_IN_TIME.source})`,
  };
}
