import type { Check } from '../../check.ts';
import { recoveryBackupAge } from './age.ts';
import { recoveryBackupLock } from './lock.ts';
import { recoveryBackupPlace } from './place.ts';
import { recoveryBackupRetention } from './retention.ts';
import { recoveryBackupRoom } from './room.ts';
import { recoveryBackupSchedule } from './schedule.ts';
import { recoveryBackupSets } from './sets.ts';
import { recoveryBackupVerified } from './verified.ts';
import { recoveryBackupVersions } from './versions.ts';

/** Every check of the repository of backups, in the order of the reports. */
export const recoveryBackupChecks: readonly Check[] = [
  recoveryBackupAge,
  recoveryBackupSchedule,
  recoveryBackupSets,
  recoveryBackupVerified,
  recoveryBackupRetention,
  recoveryBackupVersions,
  recoveryBackupRoom,
  recoveryBackupPlace,
  recoveryBackupLock,
];
