import type { Deployment } from '../../deployment/schema/deployment.ts';
import { IMAGES_ENGINE } from '../../evidence/images/engine-images.ts';
import type { ManifestFact } from '../../evidence/images/manifest.ts';
import { IMAGES_REGISTRIES, type RegistryFact } from '../../evidence/images/registries.ts';
import type { Check, Judgement, Status } from '../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error, withFile } from '../when.ts';

export const imagesAvailable: Check = {
  id: 'images.available',
  title: 'every image can be pulled, or is already present',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [IMAGES_ENGINE, IMAGES_REGISTRIES],
  remedy: 'difyctl images --format mirror lists the images to copy; images.pullSecret names the login',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const here = context.evidence(IMAGES_ENGINE);
    const registries = context.evidence(IMAGES_REGISTRIES);
    const from = context.optionalEvidence(IMAGES_REGISTRIES)?.from ?? 'local';
    const expected = 'a manifest for each image that is not present yet';
    const asked = registries.flatMap((registry) => registry.images.map((image) => ({ registry, image })));
    if (asked.length === 0 && registries.length > 0) return notReached('images.registries');
    const observations = [
      ...here.map(({ name }) => ({
        subject: name,
        from,
        status: 'pass' as const,
        observed: 'already present',
        expected,
      })),
      ...asked.map(({ registry, image }) => ({
        subject: image.name,
        from,
        status: statusOf(image, registry, deployment),
        observed: WORDS[image.outcome](image),
        expected,
      })),
    ];
    return { ...verdict(observations, expected), observations };
  },
};

const WORDS: Readonly<Record<ManifestFact['outcome'], (fact: ManifestFact) => string>> = {
  present: ({ digest }) => (digest === undefined ? 'in its registry' : `in its registry, ${digest}`),
  missing: () => 'is not in its registry',
  denied: ({ text }) => (text === undefined ? 'requires a login' : `the registry ${text}`),
  limited: () => 'is rate-limited for this machine (429)',
  unseen: ({ text }) => `could not be checked: the registry ${text ?? 'does not answer'}`,
};

function statusOf({ outcome }: ManifestFact, { hasLogin }: RegistryFact, { target }: Deployment): Status {
  switch (outcome) {
    case 'present':
      return 'pass';
    case 'missing':
      return 'fail';
    case 'denied':
      // Nodes may have their own identity (ECR, Artifact Registry, ACR), which difyctl cannot read.
      return target.type === 'kubernetes' && !hasLogin ? 'skip' : 'fail';
    default:
      return 'warn';
  }
}

type RegistryEvidence = NonNullable<Judgement['observations']>;

function verdict(observations: RegistryEvidence, expected: string): Judgement {
  const of = (status: Status) => observations.filter((one) => one.status === status);
  for (const status of ['fail', 'warn'] as const) {
    const bad = of(status);
    if (bad.length === 0) continue;
    const observed = some(
      bad.map((one) => `${one.subject} ${one.observed}`),
      3,
    );
    return finding(status, { observed, expected, message: observed });
  }
  const unknown = of('skip');
  if (unknown.length > 0) {
    const message = `${counted(unknown.length, 'image')} need a login that difyctl does not have; the nodes may have their own`;
    return { status: 'skip', observed: '', expected, message };
  }
  return pass(`${counted(observations.length, 'image')} can be pulled or are present`, expected);
}
