import { span } from '../../../base/duration.ts';
import { type ScheduledWork, scheduledWork } from '../../../deployment/scheduled-work.ts';
import { SCHEDULE } from '../../../evidence/recovery/schedule.ts';
import { offWords, type ScheduledFact } from '../../../recovery/schedule-facts.ts';
import type { Check } from '../../check.ts';
import { deploymentOf, finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../../when.ts';
import { aside } from '../aside.ts';
import { installedEvidence, isBeforeInstall } from './repository.ts';

/** How many intervals may pass without a success: a run may have to wait for another one, or for a node. */
const LATE = 2;

export const recoveryBackupSchedule: Check = {
  id: 'recovery.backup.schedule',
  title: 'the scheduled backups, verifications, prunes and drills run, and succeed',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ recovery }) => recovery?.backup?.interval !== undefined),
  requires: [SCHEDULE],
  optional: installedEvidence,
  remedy: 'difyctl install',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const facts = context.evidence(SCHEDULE);
    const works = scheduledWork(deployment);
    const expected = `${works.map(({ name }) => name).join(', ')} on schedule`;
    if (facts.every(({ state }) => state === 'missing') && isBeforeInstall(context))
      return aside('nothing is installed yet: nothing is scheduled');
    const faults = works.flatMap((work) => faultsOf(work, facts, context.now));
    if (faults.length > 0)
      return finding('fail', { observed: faults.join('; '), expected, remedy: remedyOf(deployment.target.type) });
    const image = deployment.recovery?.backup?.image;
    const isLoose = deployment.target.type === 'kubernetes' && image?.includes('@sha256:') === false;
    const observed = works.map((work) => wordsOf(work, facts, context.now)).join(', ');
    return pass(isLoose ? `${observed}; the image has no digest (recovery.backup.image)` : observed, expected);
  },
};

function remedyOf(target: 'kubernetes' | 'compose'): string {
  return target === 'kubernetes'
    ? 'difyctl install creates missing CronJobs; after a failure: read difyctl status and the log of the Job'
    : 'enable the timers: docs/backup.md, On a schedule; after a failure: read the log with journalctl';
}

const factOf = (work: ScheduledWork, facts: readonly ScheduledFact[]): ScheduledFact | undefined =>
  facts.find(({ name }) => name === work.name);

const age = (at: string, now: Date): number => Math.max(0, (now.getTime() - Date.parse(at)) / 1_000);

function faultsOf(work: ScheduledWork, facts: readonly ScheduledFact[], now: Date): readonly string[] {
  const fact = factOf(work, facts);
  if (fact === undefined || fact.state === 'missing') return [`${fact?.object ?? work.name} does not exist`];
  const { object, state, failed, succeededAt } = fact;
  if (state === 'off') return [offWords(object)];
  if (failed !== undefined) return [`${object} failed ${span(age(failed.at, now))} ago (${failed.reason})`];
  if (succeededAt === undefined || age(succeededAt, now) <= LATE * work.gap) return [];
  return [`${object} succeeded ${span(age(succeededAt, now))} ago; its interval is ${span(work.gap)}`];
}

function wordsOf(work: ScheduledWork, facts: readonly ScheduledFact[], now: Date): string {
  const at = factOf(work, facts)?.succeededAt;
  return `${work.name} ${at === undefined ? 'did not run yet' : `${span(age(at, now))} ago`}`;
}
