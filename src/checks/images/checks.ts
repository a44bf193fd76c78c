import type { Check } from '../check.ts';
import { imagesArchitectures } from './architectures.ts';
import { imagesAvailable } from './available.ts';
import { imagesPullSecret } from './pull-secret.ts';
import { imagesRegistries } from './registries.ts';

/** Checks that every image can be pulled and run. */
export const imagesChecks: readonly Check[] = [
  imagesRegistries,
  imagesPullSecret,
  imagesAvailable,
  imagesArchitectures,
];
