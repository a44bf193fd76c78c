import { isAbsolute } from 'node:path';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import type { BackupSettings } from '../../../deployment/schema/recovery.ts';
import { isInDifyBucket, isSameStore } from '../../../evidence/recovery/backup-place.ts';
import type { Check, Judgement } from '../../check.ts';
import { deploymentOf, finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { whereRepository } from './repository.ts';

const EXPECTED = 'a place that is not lost together with the data';

export const recoveryBackupPlace: Check = {
  id: 'recovery.backup.place',
  title: 'backups are not where the data is',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereRepository,
  requires: [],
  remedy: 'set recovery.backup.repository to a bucket of its own, in another region or of another provider',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const { backup } = deployment.recovery ?? {};
    return backup === undefined ? pass('no repository') : judgePlace(deployment, backup);
  },
};

function judgePlace(deployment: Deployment, { repository, s3 }: BackupSettings): Judgement {
  const { objectStorage, target } = deployment;
  if (isAbsolute(repository) || repository.startsWith('.')) {
    const host = target.type === 'compose' ? 'the host of the installation' : 'this machine';
    return finding('warn', { observed: `${repository} is a folder of ${host}`, expected: EXPECTED });
  }
  if (objectStorage.provider === 'local') return pass(repository, EXPECTED);
  if (isInDifyBucket(deployment, repository))
    return finding('fail', { observed: `${repository} is the bucket of Dify's files`, expected: EXPECTED });
  const region = objectStorage.provider === 's3' ? objectStorage.s3.region : undefined;
  if (region !== undefined && region === s3?.region && isSameStore(deployment, repository)) {
    return {
      ...pass(repository, EXPECTED),
      message: `${repository} is a bucket of its own, in the region of the data (${region}): a lost region loses both`,
    };
  }
  return pass(repository, EXPECTED);
}
