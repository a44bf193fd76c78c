import { ageWords } from '../../base/duration.ts';
import { oneLine } from '../../base/printable.ts';
import { counted } from '../../base/words.ts';
import { arrow, paint, type Style, sign } from '../../report/style.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { type InstalledVersions, versionWords } from '../../state/revisions/versions.ts';
import type { InstalledRelease, WorkloadStatus } from '../../targets/target.ts';
import { driftLines } from './plan-text.ts';

/** The observed state of an installation. */
export interface StatusView {
  readonly name: string;
  readonly address: string;
  readonly release: InstalledRelease;
  /** The newest revision. Undefined if none is recorded. */
  readonly revision: Revision | undefined;
  /** The versions of the newest applied revision. */
  readonly versions: InstalledVersions | undefined;
  readonly next: string;
}

/** The status as text. Ages are relative to `now`. */
export function statusText(view: StatusView, now: Date, style: Style): string {
  const { name, address, release, revision, versions, next } = view;
  const at = release.revision === undefined ? '' : `, release revision ${release.revision}`;
  const width = Math.max(0, ...release.workloads.map((workload) => oneLine(workload.name).length));
  const lines = [
    `  ${paint(style, 'strong', name)}   ${release.exists ? oneLine(release.status) : 'not installed'}${at}`,
    ...(release.exists ? [`  address     ${oneLine(address)}`] : []),
    ...(versions === undefined ? [] : [oneLine(`  versions    ${versionWords(versions)}`)]),
    oneLine(`  revision    ${revision === undefined ? 'none recorded' : revisionWords(revision, now)}`),
    ...release.workloads.map((workload) => workloadLine(workload, width, style)),
    ...(release.drift === undefined ? ['  changes since the last install could not be determined'] : []),
    ...driftLines(release.drift ?? [], style),
    `  ${arrow(style)} ${oneLine(next)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function revisionWords({ number, outcome, endedAt, startedAt, by }: Revision, now: Date): string {
  const time = endedAt ?? startedAt;
  return `${number}, ${outcome}, ${ageWords(time, now)} (${time}), ${by}`;
}

function workloadLine(workload: WorkloadStatus, width: number, style: Style): string {
  const { name, ready, desired, restarts, detail, simulated } = workload;
  const facts = [
    `${ready}/${desired}`,
    ...(restarts > 0 ? [counted(restarts, 'restart')] : []),
    ...(simulated ? ['simulated'] : []),
    ...(detail === '' ? [] : [detail]),
  ];
  return `  ${sign(style, ready >= desired ? 'pass' : 'fail')} ${oneLine(name).padEnd(width)}  ${oneLine(facts.join('  '))}`;
}
