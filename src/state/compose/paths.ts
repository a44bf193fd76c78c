import { join } from 'node:path';

/** Returns the paths of difyctl's state beside Compose's `.env`, where a second copy of difyctl.yaml finds it. */
export function composeStatePaths(directory: string): { readonly revisions: string; readonly lock: string } {
  const root = join(directory, '.difyctl');
  return { revisions: join(root, 'revisions'), lock: join(root, 'lock.json') };
}
