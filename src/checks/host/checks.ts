import type { Check } from '../check.ts';
import { hostCpu, hostDisk, hostMemory } from './machine.ts';
import { hostPorts } from './ports.ts';
import { hostSinglePointOfFailure } from './single-point-of-failure.ts';

/** The machine of a Docker engine. */
export const hostChecks: readonly Check[] = [hostCpu, hostMemory, hostDisk, hostPorts, hostSinglePointOfFailure];
