import { durationSeconds, span } from '../../../base/duration.ts';
import { counted } from '../../../base/words.ts';
import { keptDays } from '../../../deployment/kept-days.ts';
import type { Check } from '../../check.ts';
import { deploymentOf, finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { backupEvidence, judgeSets, whereRepository } from './repository.ts';

/** Sets that a prune would remove and that are no sign of a missing prune: a daily prune leaves the day's sets. */
const USUAL_SURPLUS = 10;
const DAY = 86_400;

export const recoveryBackupRetention: Check = {
  id: 'recovery.backup.retention',
  title: 'sets are kept as long as the plan says, and pruned',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereRepository,
  requires: [],
  optional: backupEvidence,
  remedy: 'raise recovery.backup.keep, or lower recovery.postgres.retention',
  judge: judgeSets(({ surplus, total, oldest }, context) => {
    const { recovery } = deploymentOf(context);
    const { method = 'dump', retention } = recovery?.postgres ?? {};
    const keep = recovery?.backup?.keep;
    const reach = keep === undefined ? 0 : DAY * keptDays(keep);
    if (method === 'dump' && retention !== undefined && reach < durationSeconds(retention)) {
      return finding('fail', {
        observed: `recovery.backup.keep reaches ${span(reach)} back`,
        expected: `${retention}, as recovery.postgres.retention says`,
      });
    }
    const expected = 'sets as recovery.backup.keep says';
    if (surplus > USUAL_SURPLUS)
      return finding('warn', {
        observed: `${counted(surplus, 'set')} that recovery.backup.keep does not keep any more`,
        expected,
        remedy: 'difyctl backup prune',
      });
    return pass(`${counted(total, 'set')}, the oldest of ${oldest?.slice(0, 10)}`, expected);
  }),
};
