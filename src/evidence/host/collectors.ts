import type { Collector } from '../evidence.ts';
import { hostDirectoryCollector } from './directory.ts';
import { hostEngineCollector } from './engine.ts';
import { hostKernelCollector } from './kernel.ts';
import { hostPortsCollector } from './ports.ts';
import { hostResolverCollector } from './resolver.ts';
import { hostVolumesCollector } from './volumes.ts';

export const hostCollectors: readonly Collector<unknown>[] = [
  hostEngineCollector,
  hostPortsCollector,
  hostKernelCollector,
  hostResolverCollector,
  hostDirectoryCollector,
  hostVolumesCollector,
];
