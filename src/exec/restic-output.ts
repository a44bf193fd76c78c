import { tryBoundedJson } from '../base/bounded-json.ts';
import { ExternalError } from '../base/errors.ts';
import { listAt, numberAt, optionalTextAt, textAt } from '../base/json-path.ts';

/** A snapshot in the repository. */
export interface ResticSnapshot {
  readonly id: string;
  /** Digest of everything in the snapshot. */
  readonly tree: string;
  readonly time: string;
  readonly tags: readonly string[];
}

/** The snapshots in a repository whose files were read. */
export interface StoredSnapshots {
  readonly snapshots: readonly ResticSnapshot[];
  /** Ids whose file in the repository is damaged or has the contents of another. They may have any tags. */
  readonly damaged: readonly string[];
}

/** What a backup stored. */
export interface ResticBackup {
  readonly snapshot: string;
  /** Bytes that were read, before compression. */
  readonly bytes: number;
  readonly files: number;
  /** Bytes that were new in the repository, compressed. */
  readonly added: number;
}

/** Returns the messages in standard error: with `--json` restic writes each as a JSON document of one line. */
export function messagesOf(stderr: string): readonly string[] {
  return stderr.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    const document = line.startsWith('{') ? tryBoundedJson(line) : undefined;
    if (document === undefined) return [line];
    const text = optionalTextAt(document, 'message') ?? textAt(document, 'error', 'message');
    const item = textAt(document, 'item');
    return [item === '' ? text : `${item}: ${text}`];
  });
}

/** How `restic snapshots` names a snapshot that it leaves out (FindFilteredSnapshots of restic 0.17 and 0.18). */
const LEFT_OUT = /^Ignoring "([0-9a-f]{64})":/;

/** Returns the ids of the snapshots that `restic snapshots` could not read; its exit code is 0 nevertheless. */
export function damagedSnapshotsOf(stderr: string): readonly string[] {
  return messagesOf(stderr).flatMap((line) => LEFT_OUT.exec(line)?.[1] ?? []);
}

/**
 * How restic 0.17 and 0.18 name damage: data that does not fit its key or its digest, data that is not in the index, and
 * the end of a check. They name a file that is gone in the words of its storage: a folder, S3, Azure, Google Cloud.
 */
const DAMAGE = new RegExp(
  [
    'ciphertext verification failed',
    'invalid data returned',
    'not found in repository',
    'repository contains errors',
    '[0-9a-f]{64}: no such file or directory',
    'The specified (?:key|blob) does not exist',
    "storage: object doesn't exist",
  ].join('|'),
);

/** True if one of the messages says that the repository is damaged. */
export function damagedIn(messages: readonly string[]): boolean {
  return messages.some((line) => DAMAGE.test(line));
}

/**
 * Returns a reader of the lines of `restic backup --json`: `status` while it runs, `summary` at its end. Its `result`
 * throws ExternalError if there was no summary.
 */
export function summaryReader(onBytes: ((bytes: number) => void) | undefined): {
  readonly push: (chunk: Buffer) => void;
  readonly result: () => ResticBackup;
} {
  let rest = '';
  let summary: unknown;
  const hear = (line: string): void => {
    const document = tryBoundedJson(line);
    const kind = textAt(document, 'message_type');
    if (kind === 'summary') summary = document;
    if (kind === 'status') onBytes?.(numberAt(document, 'bytes_done') ?? 0);
  };
  return {
    push: (chunk: Buffer): void => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(hear);
    },
    result: (): ResticBackup => {
      hear(rest);
      const snapshot = textAt(summary, 'snapshot_id');
      if (snapshot === '') throw new ExternalError('restic backup printed no summary', { command: 'restic backup' });
      return {
        snapshot,
        bytes: numberAt(summary, 'total_bytes_processed') ?? 0,
        files: numberAt(summary, 'total_files_processed') ?? 0,
        added: numberAt(summary, 'data_added_packed') ?? numberAt(summary, 'data_added') ?? 0,
      };
    },
  };
}

/** Returns the ids, mostly short, of the snapshots that `restic rewrite` stored. */
export function rewrittenIn(stdout: string): readonly string[] {
  return [...stdout.matchAll(/^saved new snapshot ([0-9a-f]{8,64})$/gm)].flatMap(([, id]) => id ?? []);
}

/** Returns the snapshots in the answer of `restic snapshots --json`. Skips items without an id or a tree. */
export function snapshotsOf(list: unknown): readonly ResticSnapshot[] {
  return listAt({ list }, 'list').flatMap((item) => {
    const [id, tree, time] = [textAt(item, 'id'), textAt(item, 'tree'), textAt(item, 'time')];
    return id === '' || tree === '' ? [] : [{ id, tree, time, tags: listAt(item, 'tags').map(String) }];
  });
}
