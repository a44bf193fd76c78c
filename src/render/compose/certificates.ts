import type { JsonObject } from '../../base/json.ts';
import { caFilePath } from '../dify-env/ca-certificates.ts';
import type { ComposeContext } from './context.ts';
import { fileMount, fromComposeDirectory } from './host-paths.ts';
import { COMPOSE_ADDRESSES } from './names.ts';

/** CA files of external services, mounted where the environment table says they are. */
export function caMounts({ caCertificates, target, inputs }: ComposeContext): readonly JsonObject[] {
  return caCertificates.map(({ owner, path }) =>
    fileMount(fromComposeDirectory(path, target.directory, inputs), caFilePath(COMPOSE_ADDRESSES.paths, owner)),
  );
}
