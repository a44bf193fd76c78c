import { join } from 'node:path';

/** What difyctl keeps beside Compose's `.env`, so that a second copy of difyctl.yaml finds it. */
export function composeStatePaths(directory: string): { readonly revisions: string; readonly lock: string } {
  const root = join(directory, '.difyctl');
  return { revisions: join(root, 'revisions'), lock: join(root, 'lock.json') };
}
