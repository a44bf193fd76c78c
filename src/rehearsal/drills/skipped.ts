import type { DrillKind, DrillResult } from '../report.ts';

/** A drill that was not run, with the reason. */
export function skipped(kind: DrillKind, message: string): DrillResult {
  return { kind, subject: 'all', status: 'skip', message, remedy: '', seconds: 0, components: [] };
}
