import { isObject } from '../../base/json.ts';
import { at, listAt, textAt } from '../../base/json-path.ts';
import { publishedNames } from '../../render/images.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { notRendered } from '../rendered/not-rendered.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';

/** An image that an install would pull. */
export interface PlannedImage {
  /** Name by which it is pulled. */
  readonly name: string;
  /** Its publisher's name: the same, unless `images.registry` names a mirror. */
  readonly source: string;
  /** Workloads or services that run it, sorted. */
  readonly usedBy: readonly string[];
}
export const IMAGES_LIST = evidenceKey<readonly PlannedImage[]>('images.list', 1);

/** Every image of the rendered set, including one-shot services and init containers, and the tool image. */
export const imagesListCollector: Collector<readonly PlannedImage[]> = {
  key: IMAGES_LIST,
  timeoutMs: 120_000,
  collect: async (context, need) => {
    const { deployment } = context;
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    const users = await usersByImage(context, need);
    const published = publishedNames(deployment.version, deployment.images?.registry);
    return [...users]
      .map(([name, usedBy]) => ({ name, source: published.get(name) ?? name, usedBy: [...usedBy].sort() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },
};

async function usersByImage(
  { rendered, deployment, renderFault }: CollectContext,
  need: Need,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (rendered === undefined) throw notRendered(renderFault);
  const users = new Map<string, Set<string>>();
  const note = (image: string, user: string) => {
    if (image !== '') users.set(image, (users.get(image) ?? new Set()).add(user));
  };
  if (rendered.target === 'compose') {
    const services = at(rendered.project, 'services');
    for (const [name, service] of Object.entries(isObject(services) ? services : {}))
      note(textAt(service, 'image'), name);
  } else {
    const { workloads } = await need(RENDERED_OBJECTS);
    for (const { name, images } of workloads) for (const image of images) note(image, name);
    for (const manifest of rendered.manifests)
      for (const image of podImages(manifest)) note(image, manifest.metadata.name);
  }
  const tool = deployment?.images?.toolImage;
  if (tool !== undefined) note(tool, 'images.toolImage');
  return users;
}

/** Images of all containers and init containers anywhere inside an object. */
function podImages(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(podImages);
  if (!isObject(value)) return [];
  const own = ['initContainers', 'containers'].flatMap((key) =>
    listAt(value, key).map((container) => textAt(container, 'image')),
  );
  return [...own, ...Object.values(value).flatMap(podImages)];
}
