import { ensure } from '../../provision/ensure.ts';
import { digestOf } from '../layer.ts';
import { layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** restic, at the path of the official image. */
export const restic: RecipeOf = async ({ onProgress }) => {
  const { restic: file } = await ensure(['restic'], onProgress === undefined ? {} : { onProgress });
  const program = { path: 'usr/bin/restic', mode: 0o755, content: { file, digest: await digestOf(file) } };
  return { layers: [layer({ files: [program] })], config: { Entrypoint: ['/usr/bin/restic'] } };
};
