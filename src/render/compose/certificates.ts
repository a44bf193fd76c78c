import type { JsonObject } from '../../base/json.ts';
import { caFilePath } from '../dify-env/addresses.ts';
import type { ComposeContext } from './context.ts';
import { fileMount, fromComposeDirectory } from './host-paths.ts';
import { COMPOSE_ADDRESSES } from './names.ts';

/** CA files of external services, mounted where the environment table says they are. */
export function caMounts(context: ComposeContext): readonly JsonObject[] {
  const { deployment, target, inputs } = context;
  const { postgres, redis } = deployment;
  const owners = [
    ['postgres', postgres.mode === 'external' ? postgres.tls.caFile : undefined],
    ['redis', redis.mode === 'external' ? redis.tls.caFile : undefined],
  ] as const;
  return owners.flatMap(([owner, file]) =>
    file === undefined
      ? []
      : [fileMount(fromComposeDirectory(file, target.directory, inputs), caFilePath(COMPOSE_ADDRESSES.paths, owner))],
  );
}
