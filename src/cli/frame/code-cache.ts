import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** What others than the owner may do with a folder, as bits of its mode. */
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Turns on Node's cache of compiled code (Node 22.1 and newer), in a folder of the user's own: Node would take a folder of fixed name in /tmp, where
 * another user can lay compiled code that this process then runs. Without such a folder there is no cache. `NODE_COMPILE_CACHE` is heeded by Node
 * itself, before anything here runs.
 */
export function useCodeCache(): void {
  // The types are those of the oldest Node, which has no such cache.
  const modules: object = process.getBuiltinModule?.('node:module') ?? {};
  const enable = 'enableCompileCache' in modules ? modules.enableCompileCache : undefined;
  if (typeof enable !== 'function' || process.env.NODE_COMPILE_CACHE !== undefined) return;
  const folder = ownFolder(process.env, process.getuid?.());
  if (folder !== undefined) enable(folder);
}

/**
 * `$XDG_CACHE_HOME/difyctl/code`, or the same below `~/.cache`, made if it is missing (0700). Undefined if it is not this user's alone, if somebody
 * else could exchange a folder on the way to it (the home of another user under sudo), or if it cannot be made.
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

/** Nobody but this user and root can exchange what lies below. In a sticky folder, as /tmp is, each owner's names stay. */
function isSafeBelow(path: string, uid: number): boolean {
  const { uid: owner, mode } = lstatSync(path);
  if (owner !== uid && owner !== 0) return false;
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return false;
  return dirname(path) === path || isSafeBelow(dirname(path), uid);
}
