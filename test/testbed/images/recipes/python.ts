import { accountFiles, baseOfTag } from '../base.ts';
import { layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** python3: Debian's, with its standard library: what Dify's own api image holds of which difyctl's relay is in need. */
export const python: RecipeOf = async ({ tag }) => ({
  layers: [
    baseOfTag(tag),
    layer({
      packages: ['python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib'],
      programs: ['usr/bin/python3.11', 'usr/lib/python3.11/lib-dynload/'],
      folders: ['usr/lib/python3.11'],
      without: ['usr/lib/python3.11/test', 'usr/lib/python3.11/pydoc_data', 'usr/lib/python3.11/lib2to3'],
      files: accountFiles([{ name: 'dify', id: 1001 }]),
      links: { 'usr/bin/python3': 'python3.11' },
    }),
  ],
  config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: ['python3'] },
});
