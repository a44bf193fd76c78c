import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { boundedYaml } from '../../base/bounded-yaml.ts';
import { UserError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { SecretPath } from '../../deployment/secrets.ts';
import { writeStateFile } from '../folder.ts';
import type { StatePaths } from '../paths.ts';

const HEADER = '# Written by difyctl. A cache of generated secrets: the living installation is the authority.\n';

/** The generated secrets kept beside the file; empty where there is none. Throws UserError for a file that is not what difyctl writes. */
export async function readCache(paths: StatePaths): Promise<ReadonlyMap<SecretPath, string>> {
  const text = await readFile(paths.secrets, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UserError(`${paths.secrets} cannot be read: ${error.message}`);
  });
  if (text === undefined) return new Map();
  const secrets = parsed(text, paths.secrets);
  const entries = Object.entries(secrets);
  if (entries.some(([, value]) => typeof value !== 'string')) throw damaged(paths.secrets);
  return new Map(entries as [SecretPath, string][]);
}

/** Replaces the cache (0600). */
export async function writeCache(paths: StatePaths, secrets: ReadonlyMap<SecretPath, string>): Promise<void> {
  const sorted = Object.fromEntries([...secrets].sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeStateFile(paths, paths.secrets, HEADER + stringify({ secrets: sorted }));
}

function parsed(text: string, path: string): Record<string, unknown> {
  let document: unknown;
  try {
    [document] = boundedYaml(text);
  } catch {
    throw damaged(path);
  }
  const secrets = isObject(document) ? document.secrets : undefined;
  if (!isObject(secrets)) throw damaged(path);
  return secrets;
}

/** The parser's own words could quote a secret, so they are left out. */
function damaged(path: string): UserError {
  return new UserError(`${path} is damaged`, {
    next: [
      `put back a copy of ${path} if you have one`,
      'or move it away: where Dify is installed, difyctl reads the secrets from the installation itself',
    ],
  });
}
