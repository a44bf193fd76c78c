import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type FaultFact, faultOf } from '../../net/probe-error.ts';
import { type CollectContext, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { HOST_ENGINE } from '../host/engine.ts';
import { IMAGES_ENGINE } from './engine-images.ts';
import { IMAGES_LIST } from './list.ts';
import { dockerLogin, readPullSecret } from './logins.ts';
import { askManifest, type ManifestFact } from './manifest.ts';
import { type ImageReference, parseImage } from './reference.ts';
import { openRegistry, type RegistryLogin } from './registry-client.ts';

/** One registry that images would be pulled from, and what it answers about each image. */
export interface RegistryFact {
  readonly registry: string;
  /** Whether a login for it was available; the login itself is never kept. */
  readonly hasLogin: boolean;
  /** Why the registry could not be reached; `images` is then empty. */
  readonly fault?: FaultFact;
  readonly images: readonly (ManifestFact & { readonly name: string })[];
}
export const IMAGES_REGISTRIES = evidenceKey<readonly RegistryFact[]>('images.registries', 1);

const LIMIT_MS = 6_000;
/** Concurrent requests to one registry. */
const AT_ONCE = 4;
/** Folder of the engine's CA certificates, one subfolder for each registry. */
const ENGINE_CERTIFICATES = '/etc/docker/certs.d';

/**
 * Requests the manifests of the planned images that the engine does not have yet. No layer is pulled. Only from this
 * machine: nodes pull images, so what a pod can reach proves nothing.
 */
export const registriesCollector: Collector<readonly RegistryFact[]> = {
  key: IMAGES_REGISTRIES,
  timeoutMs: 180_000,
  collect: async (context, need) => {
    const present = new Set((await need(IMAGES_ENGINE)).map(({ name }) => name));
    const wanted = (await need(IMAGES_LIST)).map(({ name }) => name).filter((name) => !present.has(name));
    const byRegistry = byRegistryOf(wanted);
    const insecure = await insecureRegistries(context, need);
    return Promise.all(
      [...byRegistry].map(([registry, names]) => askRegistry(context, registry, names, insecure.includes(registry))),
    );
  },
};

function byRegistryOf(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const { registry } = parseImage(name);
    groups.set(registry, [...(groups.get(registry) ?? []), name]);
  }
  return groups;
}

/** Registries that the engine may use without TLS. Empty for a cluster: the configuration of its nodes is unknown. */
async function insecureRegistries({ deployment }: CollectContext, need: Need): Promise<readonly string[]> {
  if (deployment?.target.type !== 'compose') return [];
  return need(HOST_ENGINE).then(
    ({ pulls }) => pulls.insecure,
    () => [],
  );
}

async function askRegistry(
  context: CollectContext,
  registry: string,
  names: readonly string[],
  insecure: boolean,
): Promise<RegistryFact> {
  const login = await loginFor(context, registry);
  const hasLogin = login !== undefined;
  const [first = ''] = names;
  try {
    const { dial, signal } = context;
    const options = { dial, signal, limitMs: LIMIT_MS, login, insecure, ca: await authorities(registry) };
    const opened = await openRegistry(parseImage(first).server, options);
    const limit = pLimit(AT_ONCE);
    const images = await Promise.all(
      names.map((name) => {
        const image = parseImage(name);
        return limit(async () => ({ name, ...(await askManifest(opened, image, mayReadContents(image))) }));
      }),
    );
    return { registry, hasLogin, images };
  } catch (error) {
    return { registry, hasLogin, fault: faultOf(error, 'use'), images: [] };
  }
}

/**
 * False for Docker Hub: it counts each manifest that is read as a pull, and limits pulls by address. Its published
 * images are known to exist for amd64 and arm64.
 */
function mayReadContents({ registry }: ImageReference): boolean {
  return registry !== 'docker.io';
}

async function loginFor(context: CollectContext, registry: string): Promise<RegistryLogin | undefined> {
  const { deployment } = context;
  if (deployment?.target.type !== 'kubernetes') return dockerLogin(context, registry);
  const name = deployment.images?.pullSecret;
  if (name === undefined) return undefined;
  // If the Secret may not be read, images.pull-secret reports it.
  const found = await readPullSecret(context, deployment.target.namespace, name).catch(() => undefined);
  return found?.logins.get(registry);
}

async function authorities(registry: string): Promise<string | undefined> {
  const folder = join(ENGINE_CERTIFICATES, registry);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.crt'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts.length === 0 ? undefined : texts.join('\n');
}
