import type { OnProgress } from '../../base/events.ts';
import { recordOf, storeRehearsal } from '../../rehearsal/rehearsal-record.ts';
import type { DrillKind, RehearsalReport } from '../../rehearsal/report.ts';
import type { RenderedDeployment } from '../prepare.ts';

interface KeepOptions {
  readonly kinds: readonly DrillKind[];
  readonly now: () => Date;
  readonly onProgress: OnProgress;
}

/** Stores the result for `status`. If that fails, a note says why: the result itself is still shown. */
export async function keepRehearsal(
  { paths }: Pick<RenderedDeployment, 'paths'>,
  report: RehearsalReport,
  { kinds, now, onProgress }: KeepOptions,
): Promise<void> {
  try {
    await storeRehearsal(paths, recordOf(report, kinds, now()));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `the rehearsal is not stored, so status does not show it: ${reason}`;
    onProgress({ type: 'note', level: 'warn', text });
  }
}
