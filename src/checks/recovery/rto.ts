import { durationSeconds, span } from '../../base/duration.ts';
import { recoverySeconds, recoveryWords } from '../../recovery/drill-facts.ts';
import type { DrillRecord } from '../../recovery/drill-record.ts';
import {
  type Duration,
  documentsWithin,
  failoverDurations,
  rebuildDuration,
  restoreDuration,
} from '../../recovery/durations.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { aside } from './aside.ts';
import { dayOf, drillEvidence, measuredDrill, newestDrill } from './drilled.ts';
import { currentPlan } from './measured.ts';
import { evidenceOf, unobservedFailovers } from './mechanisms.ts';
import { databaseBytes, standbyEvidence, standbyOf } from './standby.ts';

const planned = whereFile(({ recovery }) => recovery?.rto !== undefined);

export const recoveryRto: Check = {
  id: 'recovery.rto',
  title: 'a restore was measured, and takes no longer than the RTO',
  phases: ['preflight'],
  severity: errorInProd,
  when: planned,
  requires: [],
  optional: [...standbyEvidence, ...drillEvidence],
  remedy: 'difyctl drill',
  judge: (context) => {
    const { recovery, rto } = facts(context);
    const expected = `a restore within ${rto}`;
    const drill = measuredDrill(context);
    if (drill !== undefined) return judgeDrill(drill, rto);
    if (newestDrill(context)?.outcome === 'fail') return aside('the newest drill failed: see recovery.drills');
    const measured = recovery?.measured;
    if (measured !== undefined) {
      const observed = `restored in ${measured.restore} on ${measured.at}`;
      if (durationSeconds(measured.restore) > durationSeconds(rto)) return finding('fail', { observed, expected });
      return asMeasured(`restored in ${measured.restore} (target ${rto})`);
    }
    const estimate = restoreDuration(recovery ?? {}, databaseBytes(context));
    if (estimate.seconds > durationSeconds(rto)) return unreachable(estimate, rto, 'recovery.measured');
    const words = `no restore was measured yet; published figures: ${estimate.how}`;
    if (deploymentOf(context).recovery?.measured !== undefined) return aside('see recovery.measured');
    return finding('warn', {
      observed: 'no restore was measured yet',
      expected,
      message: `${words}; expected ${expected}`,
    });
  },
};

/** Compares the measured restore with the RTO. The record shows which parts took how long. */
function judgeDrill(drill: DrillRecord, rto: string): Judgement {
  const observed = `${recoveryWords(drill)} at the drill of ${dayOf(drill)}`;
  const expected = `a restore within ${rto}`;
  if (recoverySeconds(drill) <= durationSeconds(rto)) return pass(`${observed} (target ${rto})`, expected);
  const slowest = drill.durations.toSorted((a, b) => b.seconds - a.seconds)[0];
  const part = slowest === undefined ? '' : `; ${slowest.part} took ${span(slowest.seconds)}`;
  return finding('fail', {
    observed,
    expected,
    message: `${observed}${part}; expected ${expected}`,
    remedy: `set recovery.rto to ${Math.ceil(recoverySeconds(drill) / 60)}m or more, or restore faster`,
  });
}

export const recoveryFailover: Check = {
  id: 'recovery.rto.failover',
  title: 'a lost machine or zone is replaced within the RTO',
  phases: ['preflight'],
  severity: errorInProd,
  when: (deployment, tier) => {
    const arises = planned(deployment, tier);
    if (arises !== true || deployment?.target.type !== 'compose') return arises;
    return { skip: 'one host has nothing to fail over to: see host.single-point-of-failure and recovery.rto' };
  },
  requires: [],
  optional: evidenceOf('standby', 'redisCopy'),
  remedy: 'set recovery.rto to a time that the failover can meet, or measure it: recovery.measured.failover',
  judge: (context) => {
    const { deployment, recovery, rto } = facts(context);
    const measured = recovery?.measured?.failover;
    const expected = `a failover within ${rto}`;
    if (measured !== undefined) {
      const observed = `a lost machine caused an outage of ${measured} on ${recovery?.measured?.at}`;
      return durationSeconds(measured) > durationSeconds(rto)
        ? finding('fail', { observed, expected })
        : asMeasured(observed);
    }
    const standby = standbyOf(context, deployment);
    const parts = failoverDurations(deployment, standby === 'synchronous' || standby === 'asynchronous');
    const slowest = parts.toSorted((a, b) => b.seconds - a.seconds)[0];
    if (slowest === undefined) return pass('no component needs a failover', expected);
    if (slowest.seconds > durationSeconds(rto)) return unreachable(slowest, rto, 'recovery.measured.failover');
    const sums = parts.map(({ what, how }) => `${what} ${how}`);
    const unseen = unobservedFailovers(context, deployment);
    if (unseen.length > 0)
      return aside(`the maximum of ${listed(sums)}; this depends on checks without a result: see ${listed(unseen)}`);
    return {
      ...pass(`failover ${span(slowest.seconds)} (target ${rto})`, expected),
      message: `the maximum of ${listed(sums)}`,
    };
  },
};

export const recoveryRebuild: Check = {
  id: 'recovery.rto.rebuild',
  title: 'the vectors can be embedded again within the RTO',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.rto !== undefined && recovery.vectorStore?.strategy === 'rebuild'),
  requires: [],
  remedy: 'choose recovery.vectorStore.strategy snapshot, or measure it: recovery.measured.rebuild',
  judge: (context) => {
    const { deployment, recovery, rto } = facts(context);
    const expected = `embedded again within ${rto}`;
    const measured = recovery?.measured?.rebuild;
    if (measured !== undefined) {
      const observed = `embedded again in ${measured} on ${recovery?.measured?.at}`;
      return durationSeconds(measured) > durationSeconds(rto)
        ? finding('fail', { observed, expected })
        : asMeasured(observed);
    }
    const documents = deployment.load?.documents;
    if (documents === undefined) {
      const most = documentsWithin(durationSeconds(rto));
      return pass(`at most ${most} documents can be embedded within ${rto}; load.documents is not set`, expected);
    }
    const estimate = rebuildDuration(documents);
    if (estimate.seconds > durationSeconds(rto)) return unreachable(estimate, rto, 'recovery.measured.rebuild');
    return pass(estimate.how, expected);
  },
};

function facts(context: JudgeContext) {
  const deployment = currentPlan(deploymentOf(context), context.now);
  return { deployment, recovery: deployment.recovery, rto: deployment.recovery?.rto ?? '0s' };
}

/** A figure of the file that keeps the promise is only declared, which recovery.measured reports once. */
function asMeasured(observed: string): Judgement {
  return aside(`${observed}; this figure is declared, not seen: see recovery.measured`);
}

/** Fails for a promise below every published figure: the reason, its source, and what can be promised instead. */
function unreachable({ what, seconds, how, source }: Duration, rto: string, field: string): Judgement {
  const observed = `${what}: ${how}`;
  return finding('fail', {
    observed,
    expected: `within ${rto}`,
    message: `${observed}, more than the RTO of ${rto}; the lowest published figure is ${span(seconds)} (${source})`,
    remedy: `set recovery.rto to ${Math.ceil(seconds / 60)}m or more, or measure it and set ${field}`,
  });
}
