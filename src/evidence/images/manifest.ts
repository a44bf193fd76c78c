import { boundedJson } from '../../base/bounded-json.ts';
import { at, listAt, textAt } from '../../base/json-path.ts';
import type { HttpAnswer } from '../../net/http.ts';
import { faultOf, ProbeError } from '../../net/probe-error.ts';
import type { ImageReference } from './reference.ts';
import type { Registry } from './registry-client.ts';

/** What a registry answers about one image. */
export interface ManifestFact {
  /**
   * `denied`: the registry requires a login or another one; `limited`: too many requests (429); `unseen`: no usable
   * answer.
   */
  readonly outcome: 'present' | 'missing' | 'denied' | 'limited' | 'unseen';
  readonly digest?: string;
  /** Go's names of the Linux architectures of the image; absent if they were not requested. */
  readonly architectures?: readonly string[];
  /** What went wrong, if the image is not simply missing. */
  readonly text?: string;
}

const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const ACCEPT = [...INDEXES, ...MANIFESTS].join(', ');

/**
 * Requests the manifest of one image, never a layer. Architectures need the manifest's contents, which Docker Hub
 * counts as a pull (a HEAD does not count): `withArchitectures` requests them. Never throws.
 */
export async function askManifest(
  registry: Registry,
  { repository, reference }: ImageReference,
  withArchitectures: boolean,
): Promise<ManifestFact> {
  try {
    const head = await registry.ask('HEAD', repository, `manifests/${reference}`, ACCEPT);
    const outcome = outcomeOf(head);
    if (outcome !== 'present') {
      return { outcome, ...(outcome === 'unseen' ? { text: `answers with ${head.status}` } : {}) };
    }
    const digest = head.headers['docker-content-digest'];
    const found = { outcome, ...(digest === undefined ? {} : { digest }) };
    if (!withArchitectures) return found;
    const architectures = await architecturesOf(registry, repository, reference);
    return architectures === undefined ? found : { ...found, architectures };
  } catch (error) {
    const { stage, text } = faultOf(error, 'use');
    return { outcome: stage === 'login' ? 'denied' : 'unseen', text };
  }
}

function outcomeOf({ status }: HttpAnswer): ManifestFact['outcome'] {
  if (status === 200) return 'present';
  if (status === 404) return 'missing';
  if (status === 401 || status === 403) return 'denied';
  return status === 429 ? 'limited' : 'unseen';
}

async function architecturesOf(
  registry: Registry,
  repository: string,
  reference: string,
): Promise<readonly string[] | undefined> {
  const manifest = document(await registry.ask('GET', repository, `manifests/${reference}`, ACCEPT));
  const platforms = listAt(manifest, 'manifests').map((one) => at(one, 'platform'));
  if (platforms.length > 0) {
    const linux = platforms.filter((platform) => textAt(platform, 'os') === 'linux');
    return [...new Set(linux.map((platform) => textAt(platform, 'architecture')))].sort();
  }
  const config = textAt(manifest, 'config', 'digest');
  if (config === '') return undefined;
  const architecture = textAt(document(await registry.ask('GET', repository, `blobs/${config}`)), 'architecture');
  return architecture === '' ? undefined : [architecture];
}

function document({ status, body }: HttpAnswer): unknown {
  if (status !== 200) throw new ProbeError('use', String(status), `answers with ${status}`);
  return boundedJson(body.toString('utf8'));
}
