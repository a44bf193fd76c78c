import type { ComponentName } from '../checklist/components.ts';
import { difyProfile } from '../versions/dify-profile.ts';

/** An image without its registry: `langgenius/dify-api`, `1.16.1`. */
export interface Image {
  /** The publisher's registry host. Undefined for Docker Hub. */
  readonly host?: string;
  readonly repository: string;
  readonly tag: string;
}

/**
 * Images that upstream pulls as `latest`, pinned here: nginx's stable line (its Alpine image contains busybox and runs
 * as uid 101, as the chart requires), and the last of Canonical's squid images for Ubuntu 24.04.
 */
const NGINX: Image = { repository: 'nginx', tag: '1.28.0-alpine' };
const SQUID: Image = { repository: 'ubuntu/squid', tag: '6.6-24.04_beta' };

/**
 * Images of the other services on Compose. PostgreSQL and Redis are in upstream's lines (15, 6), so that existing
 * volumes can be adopted. Weaviate is in the line that Dify 1.16 was released with; its data format is the same as that
 * of older 1.27 patches.
 */
export const SERVICE_IMAGES = {
  busybox: { repository: 'busybox', tag: '1.37.0' },
  postgres: { repository: 'postgres', tag: '15.14-alpine' },
  redis: { repository: 'redis', tag: '6.2.20-alpine' },
  weaviate: { host: 'cr.weaviate.io', repository: 'semitechnologies/weaviate', tag: '1.27.27' },
} as const satisfies Readonly<Record<string, Image>>;

/** The image of the API for a Dify version such as `1.16.1`. Worker, beat and websocket use it too. */
export function apiImage(version: string): Image {
  return { repository: 'langgenius/dify-api', tag: version };
}

/**
 * The image of every Dify component of a rendered release. Throws Error (a bug) for another release: call
 * `refuseUnknownVersion` first.
 */
export function componentImages(version: string): Readonly<Record<ComponentName, Image>> {
  const profile = difyProfile(version);
  if (profile === undefined) throw new Error(`difyctl does not know the images of Dify ${version}`);
  const { sandbox, pluginDaemon } = profile.images;
  const api = apiImage(version);
  return {
    api,
    worker: api,
    beat: api,
    apiWebsocket: api,
    web: { repository: 'langgenius/dify-web', tag: version },
    sandbox: { repository: 'langgenius/dify-sandbox', tag: sandbox },
    ssrfProxy: SQUID,
    pluginDaemon: { repository: 'langgenius/dify-plugin-daemon', tag: pluginDaemon },
    agentBackend: { repository: 'langgenius/dify-agent-backend', tag: version },
    localSandbox: { repository: 'langgenius/dify-agent-local-sandbox', tag: version },
    proxy: NGINX,
  };
}

/**
 * The repository to pull from: below `registry` if one is given (the path is kept, as mirrors and pull-through caches
 * do), otherwise at the publisher.
 */
export function repositoryIn(image: Image, registry: string | undefined): string {
  const place = registry?.replace(/\/+$/, '') ?? image.host;
  return place === undefined ? image.repository : `${place}/${image.repository}`;
}

/** `repository:tag`, for a container engine. */
export function imageName(image: Image, registry: string | undefined): string {
  return `${repositoryIn(image, registry)}:${image.tag}`;
}

/** Maps the name that each image is pulled by to its publisher's name, for filling a mirror. */
export function publishedNames(version: string, registry: string | undefined): ReadonlyMap<string, string> {
  const images: readonly Image[] = [...Object.values(componentImages(version)), ...Object.values(SERVICE_IMAGES)];
  return new Map(images.map((image) => [imageName(image, registry), imageName(image, undefined)]));
}
