import { join } from 'node:path';
import { STATE_FOLDER } from '../../base/state-folder.ts';

/** Returns the paths of difyctl's state beside Compose's `.env`, where a second copy of difyctl.yaml finds it. */
export function composeStatePaths(directory: string): {
  readonly revisions: string;
  readonly lock: string;
  /** What a run stopped and has not started again. */
  readonly stopped: string;
} {
  const root = join(directory, STATE_FOLDER);
  return { revisions: join(root, 'revisions'), lock: join(root, 'lock.json'), stopped: join(root, 'stopped.json') };
}
