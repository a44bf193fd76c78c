import { accountFiles, BASES } from '../base.ts';
import { layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** busybox: Debian's, linked with the C library. */
export const busybox: RecipeOf = async () => ({
  layers: [BASES.alpine, layer({ files: accountFiles([]) })],
  config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['sh'] },
});
