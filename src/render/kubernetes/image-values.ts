import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { componentImages, repositoryIn } from '../images.ts';

/** Blocks under `image`. Worker, beat and websocket run the API's image. */
const IMAGE_BLOCKS = [
  'api',
  'web',
  'sandbox',
  'proxy',
  'ssrfProxy',
  'pluginDaemon',
  'agentBackend',
  'localSandbox',
] as const satisfies readonly ComponentName[];

type ImageBlock = (typeof IMAGE_BLOCKS)[number];

/** One block under `image`. */
interface ImageValues extends JsonObject {
  readonly repository: string;
  readonly tag: string;
}

/**
 * Pinned images, from the operator's registry if the file names one. The chart has no key for a registry, so every
 * repository is set.
 */
export function imageValues({ version, images }: Deployment): Readonly<Record<ImageBlock, ImageValues>> {
  const table = componentImages(version);
  const pull = images?.pullSecret === undefined ? {} : { pullSecrets: [images.pullSecret] };
  const values = Object.fromEntries(
    IMAGE_BLOCKS.map((name) => [
      name,
      { repository: repositoryIn(table[name], images?.registry), tag: table[name].tag, ...pull },
    ]),
  );
  return values as Record<ImageBlock, ImageValues>;
}
