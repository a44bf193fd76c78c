import { ageWords } from '../../base/duration.ts';
import { oneLine } from '../../base/printable.ts';
import { counted, firstOf } from '../../base/words.ts';
import { wrap } from '../../base/wrap.ts';
import { newestRehearsal, type RehearsalRecord, type readRehearsals } from '../../rehearsal/rehearsal-record.ts';
import { renderedSetDigest } from '../../rehearsal/rendered-set.ts';
import { defaultDrills } from '../../rehearsal/report.ts';
import type { NodesSummary } from '../../rehearsal/shape/shape.ts';
import { type Style, sign } from '../../report/style.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { shapeDifference } from './status-nodes.ts';

/** What `status` shows of a stored rehearsal. */
export interface ShownRehearsal extends Pick<RehearsalRecord, 'at' | 'shape' | 'summary' | 'failures' | 'kinds'> {
  readonly verdict: 'pass' | 'warn' | 'fail';
  /** True if it rehearsed what is installed. Undefined if nothing is installed. */
  readonly isInstalledSet: boolean | undefined;
  /** How the nodes of the cluster differ from those of the rehearsal now. Absent if they do not, or if not known. */
  readonly difference?: string;
}

/**
 * Returns the newest rehearsal of the installed set; otherwise the newest of any. `applied`: what is installed. `now`:
 * the nodes, if they are known.
 */
export function shownRehearsal(
  stored: Pick<Awaited<ReturnType<typeof readRehearsals>>, 'records'>,
  applied: Pick<Revision, 'files' | 'secretName' | 'chart'> | undefined,
  now: NodesSummary | undefined,
): ShownRehearsal | undefined {
  const installed = applied === undefined ? undefined : renderedSetDigest(applied);
  const record = newestRehearsal(stored, installed, now?.nodesDigest);
  if (record === undefined) return undefined;
  const { at, shape, summary, failures, kinds, renderedSet } = record;
  const difference = shapeDifference(shape, now);
  return {
    ...{ at, verdict: summary.fail > 0 ? 'fail' : summary.warn > 0 ? 'warn' : 'pass' },
    ...{ shape, kinds, summary, failures },
    isInstalledSet: installed === undefined ? undefined : renderedSet === installed,
    ...(difference === undefined ? {} : { difference }),
  };
}

/** Lines of the status: verdict, time, shape, and the drills that failed. Ages are relative to `now`. */
export function rehearsalLines(shown: ShownRehearsal, now: Date, style: Style): readonly string[] {
  const { at, verdict, shape, summary, failures, kinds, isInstalledSet, difference } = shown;
  const total = summary.pass + summary.warn + summary.fail;
  const words = {
    pass: `${counted(total, 'drill')} passed`,
    warn: `${counted(total, 'drill')}, ${counted(summary.warn, 'warning')}`,
    fail: `${summary.fail} of ${counted(total, 'drill')} failed`,
  }[verdict];
  const parts = [
    `${words}, ${ageWords(at, now)} (${at})`,
    `${counted(shape.nodes, 'node')} in ${counted(shape.zones, 'zone')} ${shape.source === 'cluster' ? 'of the cluster' : 'from --nodes'}`,
    ...(defaultDrills(1).every((kind) => kinds.includes(kind)) ? [] : [`only ${kinds.join(', ')}`]),
    ...(isInstalledSet === false ? ['of another rendered set'] : []),
    ...(difference === undefined ? [] : [difference]),
  ];
  const [first = '', ...more] = wrap(oneLine(parts.join(', ')), style.width, 14);
  const failed = firstOf(
    failures.map(({ kind, subject }) => `${kind} ${subject}`),
    3,
  );
  return [
    `  rehearsal   ${first.trimStart()}`,
    ...more,
    ...(failures.length === 0 ? [] : wrap(oneLine(`${sign(style, 'fail')} ${failed}`), style.width, 14, 2)),
  ];
}
