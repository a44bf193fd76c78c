import type { Check } from '../../check.ts';
import { recoveryStandbyEmpty } from './empty.ts';
import { recoveryStandbyImages } from './images.ts';
import { recoveryStandbyKey } from './key.ts';
import { recoveryStandbyPlaces } from './places.ts';
import { recoveryStandbySet } from './set.ts';

/** Every check of a standby region, in the order of the reports. */
export const recoveryStandbyChecks: readonly Check[] = [
  recoveryStandbyPlaces,
  recoveryStandbySet,
  recoveryStandbyKey,
  recoveryStandbyImages,
  recoveryStandbyEmpty,
];
