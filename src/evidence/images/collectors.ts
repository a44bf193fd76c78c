import type { Collector } from '../evidence.ts';
import { engineImagesCollector } from './engine-images.ts';
import { imagesListCollector } from './list.ts';
import { machinesCollector } from './machines.ts';
import { pullSecretCollector } from './pull-secret.ts';
import { registriesCollector } from './registries.ts';

export const imagesCollectors: readonly Collector<unknown>[] = [
  imagesListCollector,
  engineImagesCollector,
  machinesCollector,
  pullSecretCollector,
  registriesCollector,
];
