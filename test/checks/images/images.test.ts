import { describe, expect, it } from 'vitest';
import { CLUSTER_NAMESPACE } from '../../../src/evidence/cluster/release.ts';
import { HOST_ENGINE, type PullSettings } from '../../../src/evidence/host/engine.ts';
import { type EngineImage, IMAGES_ENGINE } from '../../../src/evidence/images/engine-images.ts';
import { IMAGES_LIST } from '../../../src/evidence/images/list.ts';
import { IMAGES_MACHINES } from '../../../src/evidence/images/machines.ts';
import type { ManifestFact } from '../../../src/evidence/images/manifest.ts';
import { IMAGES_PULL_SECRET, type PullSecretFact } from '../../../src/evidence/images/pull-secret.ts';
import { IMAGES_REGISTRIES, type RegistryFact } from '../../../src/evidence/images/registries.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../../support/deployments.ts';
import { engineFact } from '../../support/host-facts.ts';

const COMPOSE = 'prod-compose-s3-qdrant';
const KUBERNETES = 'prod-kubernetes-s3-qdrant';
type Sample = typeof COMPOSE | typeof KUBERNETES;

const API = 'registry.example.com/dify-api:1.16.1';
const WEB = 'registry.example.com/dify-web:1.16.1';

interface Scene {
  readonly here?: readonly EngineImage[];
  readonly registries?: readonly RegistryFact[];
  readonly architectures?: readonly string[];
  readonly pulls?: Partial<PullSettings>;
}

function judge(id: string, sample: Sample, { here = [], registries = [], architectures = ['amd64'], pulls }: Scene) {
  const list = [API, WEB].map((name) => ({ name, source: name, usedBy: [] }));
  return judged(checkOf(id), {
    deployment: sampleDeployment(sample),
    seen: [
      [IMAGES_LIST, list],
      [IMAGES_ENGINE, here],
      [IMAGES_REGISTRIES, registries],
      [HOST_ENGINE, machine(pulls)],
      [IMAGES_MACHINES, architectures],
    ],
  });
}

function machine(pulls: Partial<PullSettings> = {}) {
  return engineFact({ pulls: { proxied: false, mirrored: false, insecure: [], ...pulls } });
}

function asked(facts: readonly ManifestFact[], hasLogin = false): readonly RegistryFact[] {
  const images = facts.map((fact, index) => ({ name: index === 0 ? API : WEB, ...fact }));
  return [{ registry: 'registry.example.com', hasLogin, images }];
}

const HERE = [API, WEB].map((name) => ({ name, architecture: 'amd64' }));
const SILENT: readonly RegistryFact[] = [
  {
    registry: 'registry.example.com',
    hasLogin: false,
    images: [],
    fault: { stage: 'resolve', code: 'ENOTFOUND', text: 'registry.example.com does not resolve' },
  },
];
const GOOD: ManifestFact = { outcome: 'present', digest: 'sha256:1', architectures: ['amd64', 'arm64'] };

describe('a host without internet access', () => {
  it('that has every image gives no finding', () => {
    for (const id of ['images.registries', 'images.available', 'images.architectures'])
      expect(judge(id, COMPOSE, { here: HERE }).status).toBe('pass');
  });

  it('that lacks an image gives one warning, and no failure', () => {
    const scene = { here: HERE.slice(1), registries: SILENT };
    expect(judge('images.registries', COMPOSE, scene)).toMatchObject({
      status: 'warn',
      message: 'from this machine, registry.example.com does not resolve; the nodes may get another answer',
    });
    expect(judge('images.available', COMPOSE, scene).status).toBe('skip');
  });
});

it('that pulls through a proxy or mirror of the engine is not judged', () => {
  const hub = SILENT.map((fact) => ({ ...fact, registry: 'docker.io' }));
  expect(judge('images.registries', COMPOSE, { registries: SILENT, pulls: { proxied: true } }).status).toBe('skip');
  expect(judge('images.registries', COMPOSE, { registries: hub, pulls: { mirrored: true } }).status).toBe('skip');
  expect(judge('images.registries', COMPOSE, { registries: SILENT, pulls: { mirrored: true } }).status).toBe('warn');
});

it.each<[string, Sample, readonly RegistryFact[], string]>([
  ['there', COMPOSE, asked([GOOD, GOOD]), 'pass'],
  ['missing', COMPOSE, asked([GOOD, { outcome: 'missing' }]), 'fail'],
  ['missing, for a cluster', KUBERNETES, asked([{ outcome: 'missing' }]), 'fail'],
  ['denied without a login', COMPOSE, asked([{ outcome: 'denied' }]), 'fail'],
  ['denied without a login, for nodes that may have one', KUBERNETES, asked([{ outcome: 'denied' }]), 'skip'],
  ['denied with a login', KUBERNETES, asked([{ outcome: 'denied' }], true), 'fail'],
  ['asked for too often', COMPOSE, asked([GOOD, { outcome: 'limited' }]), 'warn'],
  ['not answered for', COMPOSE, asked([{ outcome: 'unseen', text: 'answers with 502' }]), 'warn'],
])('an image that is %s', (_, sample, registries, status) => {
  expect(judge('images.available', sample, { registries }).status).toBe(status);
});

it.each<[string, Sample, readonly string[], readonly string[] | undefined, string]>([
  ['for both', KUBERNETES, ['amd64', 'arm64'], ['amd64', 'arm64'], 'pass'],
  ['for one of two', KUBERNETES, ['amd64', 'arm64'], ['amd64'], 'warn'],
  ['for the other', KUBERNETES, ['arm64'], ['amd64'], 'fail'],
  ['for the engine’s machine', COMPOSE, ['arm64'], ['arm64'], 'pass'],
  ['not for the engine’s machine', COMPOSE, ['arm64'], ['amd64'], 'fail'],
  ['for nobody asked what', KUBERNETES, ['amd64'], undefined, 'skip'],
  ['for nodes that nobody saw', KUBERNETES, [], ['amd64'], 'skip'],
])('images made %s', (_, sample, machines, architectures, status) => {
  const fact: ManifestFact = { outcome: 'present', ...(architectures === undefined ? {} : { architectures }) };
  const result = judge('images.architectures', sample, { registries: asked([fact]), architectures: machines });
  expect(result.status).toBe(status);
});

it.each<[string, Partial<PullSecretFact>, boolean, string, RegExp]>([
  ['is right', {}, true, 'pass', /contains a login for registry\.example\.com/],
  ['is missing', { exists: false }, true, 'fail', /Secret \S+\/regcred does not exist/],
  ['is missing with its namespace', { exists: false }, false, 'warn', /Secret \S+\/regcred does not exist/],
  ['is of another type', { type: 'Opaque' }, true, 'fail', /of type Opaque/],
  ['is for another registry', { registries: ['ghcr.io'] }, true, 'fail', /contains a login for ghcr\.io/],
])('a pull secret that %s', (_, over, exists, status, observed) => {
  const images = { registry: 'registry.example.com/dify', pullSecret: 'regcred' };
  const deployment = parsedDeployment({ ...SAMPLE_FILES[KUBERNETES], images });
  const seen = {
    name: 'regcred',
    exists: true,
    type: 'kubernetes.io/dockerconfigjson',
    registries: ['registry.example.com'],
    ...over,
  };
  const namespace = { name: 'dify', exists, phase: exists ? 'Active' : '' };
  const result = judged(checkOf('images.pull-secret'), {
    deployment,
    seen: [
      [IMAGES_PULL_SECRET, seen],
      [CLUSTER_NAMESPACE, namespace],
    ],
  });
  expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
  if (status !== 'pass')
    expect(result.remedy).toContain('create secret docker-registry regcred --docker-server=registry.example.com');
});
