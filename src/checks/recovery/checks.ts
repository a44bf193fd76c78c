import type { Check } from '../check.ts';
import { recoveryArchive } from './archive.ts';
import { recoveryAvailability } from './availability.ts';
import { recoveryBackupChecks } from './backup/checks.ts';
import { recoveryConfiguration } from './configuration.ts';
import { recoveryConsistency } from './consistency.ts';
import { recoveryDrills } from './drills.ts';
import { recoveryMeasured } from './measured.ts';
import { recoveryPlan } from './plan.ts';
import { recoveryRedis } from './redis.ts';
import { recoveryCorruption, recoveryRegion, recoveryRpo } from './rpo.ts';
import { recoveryFailover, recoveryRebuild, recoveryRto } from './rto.ts';
import { recoverySecrets } from './secrets.ts';
import { recoveryStandbyChecks } from './standby-region/checks.ts';
import { recoveryUpgradeWindow } from './upgrade-window.ts';

/** Every check of the recovery plan, in the order of the reports. */
export const recoveryChecks: readonly Check[] = [
  recoveryPlan,
  recoveryRpo,
  recoveryCorruption,
  recoveryRegion,
  recoveryConsistency,
  recoveryRto,
  recoveryFailover,
  recoveryRebuild,
  recoveryMeasured,
  recoveryDrills,
  recoveryAvailability,
  recoveryUpgradeWindow,
  recoveryRedis,
  recoverySecrets,
  recoveryConfiguration,
  recoveryArchive,
  ...recoveryBackupChecks,
  ...recoveryStandbyChecks,
];
