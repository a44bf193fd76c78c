import { type BackupManifest, PARTS, partOf } from '../../backup/manifest.ts';
import { type RepositorySets, unknownWords } from '../../backup/repository.ts';
import { ageWords, formatDuration } from '../../base/duration.ts';
import { oneLine } from '../../base/printable.ts';
import { formatBytes } from '../../base/quantity.ts';
import { counted } from '../../base/words.ts';
import { wrap } from '../../base/wrap.ts';
import type { Pruned } from '../../operations/backup/prune.ts';
import type { Sources } from '../../operations/backup/sources.ts';
import type { Style } from '../../report/style.ts';

/** A set in the JSON documents of `difyctl backup`. */
export function setRecord({ manifest, faults }: RepositorySets['sets'][number]): object {
  const { set, commonPoint, startedAt, finishedAt, dify, schemaHead, quiesced, recipients, parts } = manifest;
  const bytes = bytesOf(manifest);
  return { set, commonPoint, startedAt, finishedAt, dify, schemaHead, quiesced, recipients, bytes, faults, parts };
}

/** The sets as rows, oldest first, then what cannot be read or is incomplete. */
export function setsText({ sets, unreadable, partial, unknown }: RepositorySets, now: Date): string {
  const rows = sets.map(({ manifest, faults }) => {
    const { set, dify, commonPoint } = manifest;
    const facts = [set, ageWords(commonPoint, now), `Dify ${dify}`, formatBytes(bytesOf(manifest))];
    return [facts.join('  '), ...faults.map((fault) => `    cannot be restored: ${fault}`)];
  });
  const lines = [
    ...(sets.length === 0 ? ['no set yet: difyctl backup makes one'] : rows.flat()),
    ...unreadable.map(
      ({ set, reason, newer }) =>
        `${set}  cannot be read: ${reason}${newer === undefined ? '' : `; difyctl ${newer} or newer can read it`}`,
    ),
    ...Object.keys(partial).map((set) => `${set}  incomplete: it has no manifest, so it is no set`),
    ...(unknown.length === 0 ? [] : [unknownWords(unknown)]),
  ];
  return lines.map((line) => `  ${oneLine(line)}\n`).join('');
}

/** What a run made: a row for each part, then the id of the set and what to do next. */
export function madeText(manifest: BackupManifest, { width }: Style): string {
  const rows = PARTS.map((name) => {
    const { mechanism, bytes, seconds, details } = partOf(manifest, name);
    const size = mechanism === 'copied' ? formatBytes(bytes) : mechanism;
    const reason = typeof details.reason === 'string' ? [`    ${details.reason}`] : [];
    return [`${name.padEnd(16)} ${size.padEnd(10)} ${seconds.toFixed(1)} s`, ...reason];
  });
  const took = formatDuration(Math.ceil((Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)) / 1000));
  const words = [
    `${manifest.set} is complete: ${formatBytes(bytesOf(manifest))} in ${took}, as of ${manifest.commonPoint}.`,
    'difyctl backup verify reads it back.',
  ];
  return [...rows.flat().flatMap((row) => wrap(row, width, 2)), ...words.flatMap((line) => wrap(line, width, 2))]
    .map((line) => `${line}\n`)
    .join('');
}

/** What a dry run found. */
export function dryRunText({ main, plugin, facts, files, keys }: Sources): string {
  const where = files.kind === 'folders' ? files.objects : `bucket ${files.buckets.files}`;
  const lines = [
    `${main.client.database} and ${plugin.client.database} at ${main.client.where}, PostgreSQL ${main.version}, schema ${facts.schemaHead}`,
    `files in ${where}; ${counted(keys.size, 'file')} with keys`,
    'nothing was copied',
  ];
  return lines.map((line) => `  ${oneLine(line)}\n`).join('');
}

/** The sets that a prune removes, and how many stay. */
export function pruneText({ removed, kept, partial, damaged, old }: Pruned, words: string): string {
  const lines = [
    ...removed.map((set) => `${set}  ${words}`),
    ...partial.map((set) => `${set}  incomplete, ${words}`),
    ...damaged.map((set) => `${set}  lacks a part; it stays until restic forget removes it`),
    `${counted(kept.length, 'set')} kept`,
    ...(old === undefined ? [] : oldText(old)),
  ];
  return lines.map((line) => `  ${oneLine(line)}\n`).join('');
}

/** What the bucket keeps of removed files, and until when. Empty if it keeps nothing. */
function oldText(old: NonNullable<Pruned['old']>): readonly string[] {
  if ('reason' in old) return [`whether the bucket keeps what was removed is not known: ${old.reason}`];
  const { bucket, count, bytes, lockedUntil, deletedAfter } = old;
  if (count === 0) return [];
  const until = lockedUntil === undefined ? [] : [`the last of them is locked until ${lockedUntil}`];
  const then =
    deletedAfter === undefined
      ? 'no rule of the bucket deletes them, so they stay: docs/backup.md, A bucket with object lock'
      : `the bucket deletes each ${counted(deletedAfter, 'day')} after its removal${lockedUntil === undefined ? '' : ', and not before its lock ends'}`;
  const kept = `bucket ${bucket} keeps ${counted(count, 'old version')} of removed files, ${formatBytes(bytes)}`;
  return [[kept, ...until, then].join('; ')];
}

function bytesOf({ parts }: BackupManifest): number {
  return parts.reduce((sum, { mechanism, bytes }) => (mechanism === 'copied' ? sum + bytes : sum), 0);
}
