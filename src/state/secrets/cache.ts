import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { boundedYaml } from '../../base/bounded-yaml.ts';
import { UserError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import { refuseNewer, storedHead } from '../../base/stored-document.ts';
import { writeStateFile } from '../folder.ts';
import type { StatePaths } from '../paths.ts';

const HEADER = '# Written by difyctl. A cache of generated secrets: the installation takes precedence.\n';

const CACHE_VERSION = 1;

/** The content of secrets.yaml. Keeps fields that a newer difyctl added. */
interface CacheFile extends Readonly<Record<string, unknown>> {
  readonly secrets: Readonly<Record<SecretPath, string>>;
}

/**
 * Returns the cached generated secrets. Empty if the file does not exist. Throws UserError if the file is damaged or a
 * newer difyctl wrote it.
 */
export async function readCache(paths: StatePaths): Promise<ReadonlyMap<SecretPath, string>> {
  return new Map(Object.entries((await readFileOf(paths))?.secrets ?? {}));
}

/**
 * Writes the cache (0600). Keeps secrets that are only in the file: a newer difyctl may know them. Throws UserError
 * like `readCache`.
 */
export async function writeCache(paths: StatePaths, secrets: ReadonlyMap<SecretPath, string>): Promise<void> {
  const known = await readFileOf(paths);
  const all = Object.entries({ ...known?.secrets, ...Object.fromEntries(secrets) });
  const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  const document = { ...known, ...storedHead('SecretsCache', CACHE_VERSION), secrets: sorted };
  await writeStateFile(paths, paths.secrets, HEADER + stringify(document));
}

async function readFileOf({ secrets: path }: StatePaths): Promise<CacheFile | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const document = parsed(text, path);
  refuseNewer(path, document, CACHE_VERSION);
  if (!isCache(document)) throw damaged(path);
  return document;
}

/** Kind and version are missing in files of older versions of difyctl. */
function isCache(document: Readonly<Record<string, unknown>>): document is CacheFile {
  const { kind = 'SecretsCache', version = CACHE_VERSION, secrets } = document;
  const isKnown = kind === 'SecretsCache' && version === CACHE_VERSION;
  return isKnown && isObject(secrets) && Object.values(secrets).every((value) => typeof value === 'string');
}

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const [document] = boundedYaml(text);
    if (isObject(document)) return document;
  } catch {
    // The error is thrown below: the parser's message could quote a secret.
  }
  throw damaged(path);
}

/** Leaves out the parser's message, which could quote a secret. */
function damaged(path: string): UserError {
  return new UserError(`${path} is damaged`, {
    next: [
      `restore a copy of ${path} if you have one`,
      'or move the file away: if Dify is installed, difyctl reads the secrets from the installation',
    ],
  });
}
