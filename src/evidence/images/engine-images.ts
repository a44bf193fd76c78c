import { boundedJson } from '../../base/bounded-json.ts';
import { ExternalError } from '../../base/errors.ts';
import { listAt, textAt } from '../../base/json-path.ts';
import { type CollectContext, type Collector, evidenceKey } from '../evidence.ts';
import { IMAGES_LIST } from './list.ts';
import { fullName } from './reference.ts';

/** An image that the engine has already, so that it need not be pulled. */
export interface EngineImage {
  readonly name: string;
  /** Architecture of the image: `amd64`. */
  readonly architecture: string;
  /** The registry's digest; absent for an image that was built or loaded here. */
  readonly digest?: string;
}
export const IMAGES_ENGINE = evidenceKey<readonly EngineImage[]>('images.engine', 1);

/** The planned images that the Docker engine has already; empty for a cluster, whose nodes have their own stores. */
export const engineImagesCollector: Collector<readonly EngineImage[]> = {
  key: IMAGES_ENGINE,
  timeoutMs: 140_000,
  collect: async (context, need) => {
    if (context.deployment?.target.type !== 'compose') return [];
    const names = (await need(IMAGES_LIST)).map(({ name }) => name);
    const found = await inspect(context, names);
    return names.flatMap((name) => {
      const image = found.find((candidate) => namesOf(candidate).includes(fullName(name)));
      return image === undefined ? [] : [fact(name, image)];
    });
  },
};

/** Inspects the images. Exit code 1 means that some do not exist; the others are printed. */
async function inspect({ runner, signal }: CollectContext, names: readonly string[]): Promise<readonly unknown[]> {
  const args = ['image', 'inspect', ...names];
  try {
    const { stdout } = await runner.run('docker', args, { signal, okCodes: [0, 1] });
    const images: unknown = boundedJson(stdout);
    return Array.isArray(images) ? images : [];
  } catch (error) {
    // Without an engine there are no images; host.engine reports that.
    if (error instanceof ExternalError || error instanceof SyntaxError) return [];
    throw error;
  }
}

function namesOf(image: unknown): readonly string[] {
  const names = [...listAt(image, 'RepoTags'), ...listAt(image, 'RepoDigests')];
  return names.filter((name): name is string => typeof name === 'string').map(fullName);
}

function fact(name: string, image: unknown): EngineImage {
  const digest = /@(.+)$/.exec(String(listAt(image, 'RepoDigests')[0] ?? ''))?.[1];
  return { name, architecture: textAt(image, 'Architecture'), ...(digest === undefined ? {} : { digest }) };
}
