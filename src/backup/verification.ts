import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { tryBoundedJson } from '../base/bounded-json.ts';
import { writeFileAtomic } from '../base/files.ts';
import { isObject } from '../base/json.ts';
import { STATE_FOLDER, STATE_MODES } from '../base/state-folder.ts';
import { newerWriter, refuseNewer, storedHead } from '../base/stored-document.ts';

/** Version of the document. A reader refuses a higher one. */
const VERSION = 1;
const FILE = 'verification.json';
/** Faults that a record names. */
const NAMED = 10;

const schema = z.looseObject({
  kind: z.literal('BackupVerification'),
  version: z.int().positive(),
  difyctl: z.string(),
  deployment: z.string(),
  at: z.iso.datetime(),
  /** The share of the data that was read: `3/7`, or `1/1` for all of it. */
  share: z.string(),
  /** What was wrong. Empty if everything verified. */
  faults: z.array(z.string()),
});

/** The result of the newest verification of the repository. */
type Verification = z.output<typeof schema>;

/**
 * Stores the result in place of the last one (0600). `baseDirectory`: the folder of difyctl.yaml. Throws UserError if a
 * newer difyctl wrote the last one.
 */
export async function writeVerification(
  baseDirectory: string,
  facts: Pick<Verification, 'deployment' | 'at' | 'share' | 'faults'>,
): Promise<void> {
  const path = fileOf(baseDirectory, facts.deployment);
  const last = tryBoundedJson(await readFile(path, 'utf8').catch(() => ''));
  if (isObject(last)) refuseNewer(path, last, VERSION);
  const record = { ...storedHead('BackupVerification', VERSION), ...facts, faults: facts.faults.slice(0, NAMED) };
  await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`, STATE_MODES);
}

/** Returns the newest result, or why it cannot be read. Undefined if there is none. Never throws. */
export async function readVerification(
  baseDirectory: string,
  deployment: string,
): Promise<Verification | { readonly reason: string } | undefined> {
  const text = await readFile(fileOf(baseDirectory, deployment), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const document = tryBoundedJson(text);
  const newer = isObject(document) ? newerWriter(document, VERSION) : undefined;
  if (newer !== undefined) return { reason: `it was written by difyctl ${newer}, which is newer` };
  return schema.safeParse(document).data ?? { reason: 'it is not a BackupVerification' };
}

function fileOf(baseDirectory: string, deployment: string): string {
  return join(baseDirectory, STATE_FOLDER, deployment, FILE);
}
