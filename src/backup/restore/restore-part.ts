import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { formatBytes } from '../../base/quantity.ts';
import { type PgPlace, pgRestore } from '../../exec/pg-restore.ts';
import type { Restic } from '../../exec/restic.ts';
import type { Runner } from '../../exec/runner.ts';
import type { BackupPart } from '../manifest.ts';

/** Room for the file system's own needs. */
const RESERVE = 1.1;

/** Throws UserError if the folder's disk has no room for these parts. */
export async function refuseFullDisk(folder: string, parts: readonly BackupPart[]): Promise<void> {
  const needed = RESERVE * parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new UserError(
    `${folder} has ${formatBytes(bavail * bsize)} free; the parts of the set need ${formatBytes(needed)}`,
    { next: ['set TMPDIR to a folder with more room'] },
  );
}

/**
 * Writes a copied part into a folder, which it creates, and verifies what was written. Throws if the part is not copied.
 */
export async function fetchPart(restic: Restic, part: BackupPart, folder: string, signal: AbortSignal): Promise<void> {
  if (part.snapshot === undefined) throw new Error(`the part ${part.part} has no snapshot`);
  await restic.restore(part.snapshot, folder, { signal });
}

interface RestoreInput {
  readonly restic: Restic;
  readonly runner: Runner;
  readonly signal: AbortSignal;
  /** Version of the database server, such as `15.20`. */
  readonly server: string;
}

/** Restores a dump into an empty database; the dump lies in `folder` only as long as it takes. */
export async function restoreDatabase(
  { restic, runner, signal, server }: RestoreInput,
  part: BackupPart,
  place: PgPlace,
  folder: string,
): Promise<void> {
  await fetchPart(restic, part, folder, signal);
  await pgRestore(runner, place, join(folder, part.file ?? `${part.part}.dump`), { signal, server });
}
