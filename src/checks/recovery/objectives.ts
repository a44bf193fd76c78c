import { durationSeconds, formatDuration } from '../../base/duration.ts';
import type { Recovery } from '../../deployment/schema/recovery.ts';
import type { Check } from '../check.ts';
import { deploymentOf, fault, listed, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';

/** A way back and how much work it may lose, in seconds; undefined where the plan does not say. */
interface Loss {
  readonly store: string;
  readonly seconds: number | undefined;
  readonly how: string;
  /** A lost machine loses nothing here; only what somebody did wrongly has to be taken back. */
  readonly onlyByMistake: boolean;
}

export const recoveryRpo: Check = {
  id: 'recovery.rpo',
  title: 'no store can lose more work than the RPO allows',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.rpo !== undefined),
  needs: [],
  remedy: 'shorten the interval, choose pitr for PostgreSQL, or set recovery.rpo to what the plan carries',
  judge: (context) => {
    const plan = deploymentOf(context).recovery;
    const rpo = plan?.rpo ?? '0s';
    const expected = `at most ${rpo} of work lost`;
    const losses = plan === undefined ? [] : lossesOf(plan);
    const open = losses.filter((loss) => loss.seconds === undefined);
    if (open.length > 0) {
      return fault('fail', { observed: `not said how much would be lost: ${listed(open.map(words))}`, expected });
    }
    const over = losses.filter((loss) => (loss.seconds ?? 0) > durationSeconds(rpo));
    if (over.length > 0) {
      const observed = `more than ${rpo} may be lost: ${listed(over.map(words))}`;
      return fault(over.every((loss) => loss.onlyByMistake) ? 'warn' : 'fail', { observed, expected });
    }
    const worst = Math.max(0, ...losses.map((loss) => loss.seconds ?? 0));
    return pass(`RPO ${formatDuration(worst)} of ${rpo}`, expected);
  },
};

function words({ store, how, seconds }: Loss): string {
  return `${store} (${how}${seconds === undefined ? '' : ` every ${formatDuration(seconds)}`})`;
}

function lossesOf({ postgres, objectStorage, vectorStore }: Recovery): readonly Loss[] {
  const losses: Loss[] = [];
  if (postgres !== undefined) {
    const { method } = postgres;
    const seconds = secondsOf(postgres.interval);
    // A standby loses nothing with a lost machine, but follows every mistake: on its own it is no way back.
    const gap = method === 'replica' ? 'a replica alone follows every mistake' : `${method} without an interval`;
    const how = method === 'replica' ? 'a mistake is undone from the archive, shipped' : method;
    losses.push({
      store: 'postgres',
      seconds,
      how: seconds === undefined ? gap : how,
      onlyByMistake: method === 'replica',
    });
  }
  if (objectStorage !== undefined && !objectStorage.versioning && objectStorage.replication === 'none') {
    losses.push({
      store: 'objectStorage',
      seconds: undefined,
      how: 'neither versioned nor replicated',
      onlyByMistake: false,
    });
  }
  // Rebuilt vectors come from PostgreSQL and lose what it loses.
  if (vectorStore?.strategy === 'snapshot') {
    const seconds = secondsOf(vectorStore.interval);
    losses.push({ store: 'vectorStore', seconds, how: 'snapshot', onlyByMistake: false });
  }
  return losses;
}

function secondsOf(interval: string | undefined): number | undefined {
  return interval === undefined ? undefined : durationSeconds(interval);
}

export const recoveryRto: Check = {
  id: 'recovery.rto',
  title: 'a restore was measured, and takes no longer than the RTO',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.rto !== undefined),
  needs: [],
  remedy: 'restore once into a second installation and write down recovery.measured',
  judge: (context) => {
    const { rto = '0s', measured } = deploymentOf(context).recovery ?? {};
    const expected = `a restore within ${rto}`;
    if (measured === undefined) return fault('warn', { observed: 'no restore was measured yet', expected });
    const observed = `restored in ${measured.restore} on ${measured.at}`;
    if (durationSeconds(measured.restore) > durationSeconds(rto)) return fault('fail', { observed, expected });
    return pass(`RTO ${measured.restore} of ${rto}`, expected);
  },
};
