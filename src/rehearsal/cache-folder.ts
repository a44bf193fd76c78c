import { homedir } from 'node:os';
import path from 'node:path';

/** Returns a program's own folder in the user's cache folder. XDG: a relative path must be ignored. */
export function cacheFolder(name: string, env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_CACHE_HOME;
  const cache = base !== undefined && path.isAbsolute(base) ? base : path.join(env.HOME || homedir(), '.cache');
  return path.join(cache, name);
}
