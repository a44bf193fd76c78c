import type { Check } from '../check.ts';
import { loggingAccess } from './access.ts';
import { loggingCollector } from './collector.ts';
import { loggingRetention } from './retention.ts';

/** All checks of logs, in the order of a report. */
export const loggingChecks: readonly Check[] = [loggingRetention, loggingAccess, loggingCollector];
