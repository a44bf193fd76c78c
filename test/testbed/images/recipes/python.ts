import { accountFiles, baseOfTag } from '../base.ts';
import { layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** Debian's python3 with its standard library: the part of Dify's API image that difyctl's relay needs. */
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
