import { ageWords } from '../../base/duration.ts';
import { oneLine } from '../../base/printable.ts';
import { counted } from '../../base/words.ts';
import { drillWords, recoveryWords, workflowWords } from '../../recovery/drill-facts.ts';
import type { DrillRecord } from '../../recovery/drill-record.ts';
import { arrow, paint, type Style, sign } from '../../report/style.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { type InstalledVersions, versionWords } from '../../state/revisions/versions.ts';
import type { InstalledRelease, WorkloadStatus } from '../../targets/target.ts';
import { driftLines } from './plan-text.ts';
import { backupWords, type ShownBackup } from './status-backup.ts';
import { rehearsalLines, type ShownRehearsal } from './status-rehearsal.ts';
import { type ShownSchedule, scheduleWords } from './status-schedule.ts';
import { type ShownTree, treeLine } from './status-tree.ts';

/** The observed state of an installation. */
export interface StatusView {
  readonly name: string;
  readonly address: string;
  readonly release: InstalledRelease;
  /** The newest revision. Undefined if none is recorded. */
  readonly revision: Revision | undefined;
  /** The versions of the newest applied revision. */
  readonly versions: InstalledVersions | undefined;
  /** The newest rehearsal. Undefined if none is stored. */
  readonly rehearsal: ShownRehearsal | undefined;
  readonly next: string;
  /** The newest drill of a backup set. Undefined if there is no record. */
  readonly drill?: DrillRecord | undefined;
  /** The newest backup set. Undefined if the file names no repository. */
  readonly backup?: ShownBackup | undefined;
  /** Scheduled backups. Undefined if the file schedules none. */
  readonly schedule?: ShownSchedule | undefined;
  /** The Git working tree with the configuration. Undefined if the file names none. */
  readonly tree?: ShownTree | undefined;
}

/** The status as text. Ages are relative to `now`. */
export function statusText(view: StatusView, now: Date, style: Style): string {
  const { name, address, release, revision, versions, rehearsal, next } = view;
  const at = release.revision === undefined ? '' : `, release revision ${release.revision}`;
  const width = Math.max(0, ...release.workloads.map((workload) => oneLine(workload.name).length));
  const lines = [
    `  ${paint(style, 'strong', name)}   ${release.exists ? oneLine(release.status) : 'not installed'}${at}`,
    ...(release.exists ? [`  address     ${oneLine(address)}`] : []),
    ...(versions === undefined ? [] : [oneLine(`  versions    ${versionWords(versions)}`)]),
    oneLine(`  revision    ${revision === undefined ? 'none recorded' : revisionWords(revision, now)}`),
    ...(view.tree === undefined ? [] : [oneLine(`  git         ${treeLine(view.tree)}`)]),
    ...(rehearsal === undefined ? [] : rehearsalLines(rehearsal, now, style)),
    ...(view.backup === undefined ? [] : [oneLine(`  backup      ${backupWords(view.backup, now)}`)]),
    ...scheduleLines(view.schedule, now),
    ...(view.drill === undefined ? [] : [oneLine(`  drill       ${drillLine(view.drill, now)}`)]),
    ...release.workloads.map((workload) => workloadLine(workload, width, style)),
    ...externalSecretLines(release, style),
    ...(release.drift === undefined ? ['  changes since the last install could not be determined'] : []),
    ...driftLines(release.drift ?? [], style),
    `  ${arrow(style)} ${oneLine(next)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function scheduleLines(schedule: ShownSchedule | undefined, now: Date): readonly string[] {
  if (schedule === undefined) return [];
  return scheduleWords(schedule, now).map((words, index) =>
    oneLine(`  ${(index === 0 ? 'schedule' : '').padEnd(12)}${words}`),
  );
}

function drillLine(drill: DrillRecord, now: Date): string {
  const { outcome, at, set } = drill;
  const how = outcome === 'pass' ? `${recoveryWords(drill)}${workflowWords(drill.full)}` : drillWords(drill);
  return `${outcome === 'pass' ? 'passed' : 'failed'}, ${ageWords(at, now)}, ${how} (${set})`;
}

/** The ExternalSecret if it is not Ready. */
function externalSecretLines({ externalSecret }: InstalledRelease, style: Style): readonly string[] {
  if (externalSecret === undefined || externalSecret.ready) return [];
  const { name, why } = externalSecret;
  return [`  ${sign(style, 'fail')} ${oneLine(`ExternalSecret ${name} is not Ready: ${why}`)}`];
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
