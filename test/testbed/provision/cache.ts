import { cacheFolder } from '../../../src/rehearsal/cache-folder.ts';

/** The testbed's folder in the user's cache folder. It contains programs, images and run-time data. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return cacheFolder('difyctl-testbed', env);
}
