import { ensure } from '../../provision/ensure.ts';
import { digestOf } from '../layer.ts';
import { layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** The smallest image: one static program that can pause, serve HTTP and send requests. */
export const toolbox: RecipeOf = async ({ onProgress }) => {
  const { toolbox: file } = await ensure(['toolbox'], onProgress === undefined ? {} : { onProgress });
  const program = { path: 'toolbox', mode: 0o755, content: { file, digest: await digestOf(file) } };
  return { layers: [layer({ files: [program] })], config: { Entrypoint: ['/toolbox'] } };
};
