import type { Collector } from '../evidence.ts';
import { hostEngineCollector } from './engine.ts';
import { hostPortsCollector } from './ports.ts';

export const hostCollectors: readonly Collector<unknown>[] = [hostEngineCollector, hostPortsCollector];
