import type { Check } from '../check.ts';
import { hostClock } from './clock.ts';
import { hostCpuLevel } from './cpu-level.ts';
import { hostEngine } from './engine.ts';
import { hostDataDisk, hostFileSystem } from './file-system.ts';
import { hostRootless, hostSelinux } from './isolation.ts';
import { hostCpu, hostDisk, hostMemory } from './machine.ts';
import { hostBindAddress, hostSearchDomains } from './network.ts';
import { hostPorts } from './ports.ts';
import { hostSinglePointOfFailure } from './single-point-of-failure.ts';
import { hostFiles, hostPostgresData, hostStorageOwner } from './volumes.ts';

/** Checks of the machine of a Docker engine. */
export const hostChecks: readonly Check[] = [
  hostEngine,
  hostCpu,
  hostCpuLevel,
  hostMemory,
  hostDisk,
  hostDataDisk,
  hostFileSystem,
  hostFiles,
  hostStorageOwner,
  hostPostgresData,
  hostSelinux,
  hostRootless,
  hostPorts,
  hostBindAddress,
  hostSearchDomains,
  hostClock,
  hostSinglePointOfFailure,
];
