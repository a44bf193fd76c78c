import { ensure } from '../../provision/ensure.ts';
import { accountFiles, BASES } from '../base.ts';
import { digestOf } from '../layer.ts';
import { layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** Weaviate, built from its Go module, with the interface of the official image. */
export const weaviate: RecipeOf = async ({ onProgress }) => {
  const { weaviate: program } = await ensure(['weaviate'], onProgress === undefined ? {} : { onProgress });
  const binary = { file: program, digest: await digestOf(program) };
  return {
    layers: [
      BASES.alpine,
      layer({
        files: [...accountFiles([]), { path: 'usr/bin/weaviate', mode: 0o755, content: binary }],
        directories: { 'var/lib/weaviate': 0o755 },
      }),
    ],
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Entrypoint: ['/bin/weaviate'],
      Cmd: ['--host', '0.0.0.0', '--port', '8080', '--scheme', 'http'],
      ExposedPorts: { '8080/tcp': {}, '50051/tcp': {} },
    },
  };
};
