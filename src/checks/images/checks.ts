import type { Check } from '../check.ts';
import { imagesArchitectures } from './architectures.ts';
import { imagesAvailable } from './available.ts';
import { imagesPullSecret } from './pull-secret.ts';
import { imagesRegistries } from './registries.ts';

/** Whether what is to run can be had. */
export const imagesChecks: readonly Check[] = [
  imagesRegistries,
  imagesPullSecret,
  imagesAvailable,
  imagesArchitectures,
];
