import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryBoundedJson } from '../../../base/bounded-json.ts';
import type { EnvDigests } from '../../../base/env-digests.ts';
import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { STATE_FOLDER } from '../../../base/state-folder.ts';

/** A file of the directory as difyctl last wrote it. */
export interface RecordedFile {
  readonly path: string;
  /** Digest of the content; an HMAC keyed with Dify's SECRET_KEY if the content is not recorded. */
  readonly sha256: string;
  /** Absent if the file holds secrets. */
  readonly content: string | undefined;
  /** Digests of the variables of `.env`; empty for other files, or if an older difyctl did not record them. */
  readonly variables: EnvDigests;
}

/** What the newest install wrote, and the engine's state after it. */
export interface RecordedInstall {
  readonly files: readonly RecordedFile[];
  /** Ids of images, by the name in compose.yaml. */
  readonly images: Readonly<Record<string, string>>;
  /** Compose's digest of each service, and the version of Compose: digests of another version may differ. */
  readonly digests: Readonly<Record<string, string>>;
  readonly compose: string;
}

/**
 * The newest revision that was applied completely. Undefined if the newest run did not complete, or if nothing is
 * installed.
 */
export async function recordedInstall(directory: string, before: number): Promise<RecordedInstall | undefined> {
  const folder = join(directory, STATE_FOLDER, 'revisions');
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d+\.json$/.test(name));
  const numbers = names.map((name) => Number.parseInt(name, 10)).filter((number) => number < before);
  for (const number of numbers.toSorted((a, b) => b - a)) {
    const revision = tryBoundedJson(await readFile(join(folder, `${number}.json`), 'utf8'));
    const [outcome, phase] = [textAt(revision, 'outcome'), textAt(revision, 'phase')];
    // A rollback restored the state of the revision before it.
    if (outcome === 'rolled-back') continue;
    if (outcome !== 'applied' && !(outcome === 'open' && phase === 'postflight')) return undefined;
    const files = listAt(revision, 'files').map((file) => {
      const content = at(file, 'content');
      return {
        path: textAt(file, 'path'),
        sha256: textAt(file, 'sha256'),
        content: typeof content === 'string' ? content : undefined,
        variables: labelsAt(file, 'variables'),
      };
    });
    return {
      files,
      images: labelsAt(revision, 'running', 'images'),
      digests: labelsAt(revision, 'running', 'services'),
      compose: textAt(revision, 'tools', 'compose'),
    };
  }
  return undefined;
}

/** True if the `.env` is the recorded one, verified with its own SECRET_KEY. */
export function isRecordedEnv({ sha256 }: RecordedFile, content: string, secretKey: string): boolean {
  return createHmac('sha256', secretKey).update(content).digest('hex') === sha256;
}
