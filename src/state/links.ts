import { lstat, readlink } from 'node:fs/promises';
import { sep } from 'node:path';
import { UserError } from '../base/errors.ts';
import { STATE_FOLDER } from '../base/state-folder.ts';

/**
 * Refuses a path whose `.difyctl`, or anything below it, is a symbolic link: difyctl would change the mode of the
 * link's target to 0700 and write state into it. A path that does not exist yet is allowed. Throws UserError (exit 2).
 */
export async function refuseLink(path: string): Promise<void> {
  for (const part of fromStateFolder(path)) {
    const kind = await lstat(part).catch(() => undefined);
    if (kind?.isSymbolicLink() !== true) continue;
    const target = await readlink(part).catch(() => 'somewhere else');
    throw new UserError(`${part} is a symbolic link to ${target}, but difyctl stores its state only in a real folder`, {
      next: [`remove the link (rm '${part}'); if ${target} contains the state, move that folder here`],
    });
  }
}

/**
 * Returns the path's parts from `.difyctl` on: `/a/.difyctl/dify/revisions` gives `/a/.difyctl`, `/a/.difyctl/dify`,
 * `/a/.difyctl/dify/revisions`.
 */
function fromStateFolder(path: string): readonly string[] {
  const parts = path.split(sep);
  const at = parts.lastIndexOf(STATE_FOLDER);
  if (at < 0) return [path];
  return parts.slice(at).map((_, index) => parts.slice(0, at + index + 1).join(sep));
}
