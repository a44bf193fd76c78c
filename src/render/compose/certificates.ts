import type { JsonObject } from '../../base/json.ts';
import { caFilePath } from '../dify-env/ca-certificates.ts';
import type { ComposeContext } from './context.ts';
import { fileMount, fromComposeDirectory } from './host-paths.ts';
import { COMPOSE_ADDRESSES } from './names.ts';

/** Mounts of the CA files of external services, at the paths that the environment table names. */
export function caMounts({ caCertificates, target, inputs }: ComposeContext): readonly JsonObject[] {
  return caCertificates.map(({ owner, path }) =>
    fileMount(fromComposeDirectory(path, target.directory, inputs), caFilePath(COMPOSE_ADDRESSES.paths, owner)),
  );
}
