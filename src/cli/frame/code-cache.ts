import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** Mode bits: the rights of group and others on a folder. */
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Turns on Node's compile cache (Node 22.1 and newer) in a folder that belongs to the user. Node's default is a folder
 * of fixed name in /tmp: there, another user could plant compiled code that this process runs. If no safe folder can be
 * made, there is no cache. Node itself reads `NODE_COMPILE_CACHE`, before this code runs.
 */
export function useCodeCache(): void {
  // The types are those of the oldest supported Node, which has no compile cache.
  const modules: object = process.getBuiltinModule?.('node:module') ?? {};
  const enable = 'enableCompileCache' in modules ? modules.enableCompileCache : undefined;
  if (typeof enable !== 'function' || process.env.NODE_COMPILE_CACHE !== undefined) return;
  const folder = ownFolder(process.env, process.getuid?.());
  if (folder !== undefined) enable(folder);
}

/**
 * Returns `$XDG_CACHE_HOME/difyctl/code`, or `~/.cache/difyctl/code`; creates it (0700) if it is missing. Returns
 * undefined if the folder is not only this user's, if another user could replace a folder on its path (for example
 * another user's home under sudo), or if it cannot be created.
 */
export function ownFolder(
  env: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
): string | undefined {
  if (uid === undefined) return undefined;
  try {
    const { XDG_CACHE_HOME: cache = '' } = env;
    const folder = join(cache.startsWith('/') ? cache : join(env.HOME ?? homedir(), '.cache'), 'difyctl', 'code');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const real = realpathSync(folder);
    const { uid: owner, mode } = lstatSync(real);
    return owner === uid && (mode & OTHERS) === 0 && isSafeBelow(dirname(real), uid) ? real : undefined;
  } catch {
    return undefined;
  }
}

/**
 * True if only this user and root can replace what is below the path. A sticky folder, such as /tmp, protects each
 * owner's entries.
 */
function isSafeBelow(path: string, uid: number): boolean {
  const { uid: owner, mode } = lstatSync(path);
  if (owner !== uid && owner !== 0) return false;
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return false;
  return dirname(path) === path || isSafeBelow(dirname(path), uid);
}
