import path from 'node:path';

import { DEBIAN_SETS } from '../../debian/sets.ts';
import { debianTree } from '../../debian/tree.ts';
import { digestOf } from '../layer.ts';
import { layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** Debian's rclone, at the path of the official image. It needs the C library, which the official one does not. */
export const rclone: RecipeOf = async ({ onProgress }) => {
  const tree = await debianTree(DEBIAN_SETS.rclone, onProgress === undefined ? {} : { onProgress });
  const file = path.join(tree.root, 'usr/bin/rclone');
  const program = { path: 'usr/local/bin/rclone', mode: 0o755, content: { file, digest: await digestOf(file) } };
  return { layers: [layer({ files: [program] })], config: { Entrypoint: ['/usr/local/bin/rclone'] } };
};
