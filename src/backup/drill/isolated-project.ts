import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { textAt } from '../../base/json-path.ts';
import { escapeDollars } from '../../render/compose/variables.ts';
import type { RenderedCompose, RenderedFile } from '../../render/rendered.ts';

/** Seconds between two health checks. The rendered ones would make the measured start longer. */
const HEALTH_SECONDS = 5;

/** The folder of the rendered directory that holds data. */
const DATA = './volumes/';

interface Isolation {
  /** Labels of each container, volume and network. */
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds in which a service may be unhealthy. */
  readonly startSeconds: number;
}

/** A mount of the rendered project, as a drill has it. */
interface Mounted {
  readonly volume?: { readonly name: string; readonly target: string };
  readonly files: readonly { readonly file: RenderedFile; readonly target: string }[];
}

/**
 * Returns the rendered project without a way out: no published port, only internal networks, and volumes and files of
 * its own in place of folders of this machine. A container that ends is not started again. Throws Error (a bug) for a
 * mount that is neither data nor a rendered file.
 */
export function isolatedProject({ project, files }: RenderedCompose, isolation: Isolation): JsonObject {
  const { labels } = isolation;
  const services = Object.entries(objectOf(project.services)).map(([name, service]) => {
    const mounts = listOf(objectOf(service).volumes).map((mount) => mounted(mount, files));
    return { name, mounts, service: isolatedService(objectOf(service), mounts, isolation) };
  });
  const mounts = services.flatMap((one) => one.mounts);
  const volumes = mounts.flatMap(({ volume }) => (volume === undefined ? [] : [volume.name]));
  const configs = mounts.flatMap((one) => one.files.map(({ file }) => file));
  const networks = Object.keys(objectOf(project.networks));
  return {
    services: Object.fromEntries(services.map(({ name, service }) => [name, service])),
    networks: Object.fromEntries(networks.map((name) => [name, { internal: true, labels }])),
    volumes: Object.fromEntries(volumes.map((name) => [name, { labels }])),
    configs: Object.fromEntries(
      configs.map((file) => [configName(file), { content: escapeDollars(String(file.content)) }]),
    ),
  };
}

function isolatedService(
  service: JsonObject,
  mounts: readonly Mounted[],
  { labels, startSeconds }: Isolation,
): JsonObject {
  const { ports: _ports, volumes: _volumes, healthcheck, ...rest } = service;
  const volumes = mounts.flatMap(({ volume }) => (volume === undefined ? [] : [`${volume.name}:${volume.target}`]));
  const configs = mounts.flatMap(({ files }) =>
    files.map(({ file, target }) => ({ source: configName(file), target })),
  );
  const patience = { interval: `${HEALTH_SECONDS}s`, retries: Math.ceil(startSeconds / HEALTH_SECONDS) };
  return {
    ...rest,
    restart: 'no',
    labels: { ...objectOf(service.labels), ...labels },
    ...(isObject(healthcheck) ? { healthcheck: { ...(healthcheck as JsonObject), ...patience } } : {}),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(configs.length === 0 ? {} : { configs }),
  };
}

function mounted(mount: Json, files: readonly RenderedFile[]): Mounted {
  const [source, target] = [textAt(mount, 'source'), textAt(mount, 'target')];
  const path = source.replace(/^\.\//, '');
  const own = files.filter((file) => file.path === path);
  if (own.length > 0) return { files: own.map((file) => ({ file, target })) };
  const below = files.filter((file) => file.path.startsWith(`${path}/`));
  if (below.length > 0)
    return { files: below.map((file) => ({ file, target: `${target}${file.path.slice(path.length)}` })) };
  if (!source.startsWith(DATA)) throw new Error(`a full drill cannot mount ${source}`);
  return { volume: { name: source.slice(DATA.length).replaceAll('/', '-'), target }, files: [] };
}

function configName({ path }: RenderedFile): string {
  return path.replaceAll(/[^\w-]+/g, '-');
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? (value as JsonObject) : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
