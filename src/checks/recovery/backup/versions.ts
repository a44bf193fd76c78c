import { keptDays } from '../../../deployment/kept-days.ts';
import { keptVersions } from '../../../storage/facts.ts';
import type { Check } from '../../check.ts';
import { deploymentOf } from '../../judgement.ts';
import { commandsOf, FRAME, perObjects } from '../../object-storage/per-bucket.ts';
import { errorInProdElseWarning, whereFile } from '../../when.ts';

export const recoveryBackupVersions: Check = {
  ...FRAME,
  id: 'recovery.backup.versions',
  title: 'the buckets keep the versions of objects that sets name',
  severity: errorInProdElseWarning,
  when: whereFile(
    ({ objectStorage, recovery }) => objectStorage.provider !== 'local' && recovery?.backup?.objects === 'versions',
  ),
  remedy: 'keep noncurrent versions longer, or set recovery.backup.objects to copy',
  judge: (context) =>
    perObjects(context, 'recovery.backup.versions', ({ settings }, { name }) => {
      const keep = deploymentOf(context).recovery?.backup?.keep;
      const needed = keep === undefined ? 0 : keptDays(keep);
      const expected = `versions that are kept for ${needed} days, as sets are (recovery.backup.keep)`;
      const kept = keptVersions(settings);
      if (kept.is === 'hidden') {
        const remedy = 'grant s3:GetBucketVersioning and s3:GetLifecycleConfiguration on the bucket';
        return { status: 'fail', observed: `the key may not read the settings (${kept.code})`, expected, remedy };
      }
      if (kept.is === 'off') {
        const remedy = commandsOf(context).enableVersioning(name);
        return { status: 'fail', observed: `versioning is ${kept.versioning}`, expected, remedy };
      }
      const { days } = kept;
      if (days === undefined) return { status: 'pass', observed: 'old versions are kept forever', expected };
      const observed = `old versions are deleted after ${days} days`;
      if (days >= needed) return { status: 'pass', observed, expected };
      return { status: 'fail', observed, expected, remedy: commandsOf(context).showLifecycle(name) };
    }),
};
