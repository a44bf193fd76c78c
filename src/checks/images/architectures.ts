import { IMAGES_ENGINE } from '../../evidence/images/engine-images.ts';
import { IMAGES_MACHINES } from '../../evidence/images/machines.ts';
import { IMAGES_REGISTRIES } from '../../evidence/images/registries.ts';
import type { Check, JudgeContext } from '../check.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error, withFile } from '../when.ts';

export const imagesArchitectures: Check = {
  id: 'images.architectures',
  title: 'the images support the architecture of every machine that runs them',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [IMAGES_ENGINE, IMAGES_REGISTRIES],
  optional: [IMAGES_MACHINES],
  remedy:
    'copy all platforms of an image to the mirror (skopeo copy --all), or use nodes of the architecture of the image',
  judge: (context) => {
    const machines = context.optionalEvidence(IMAGES_MACHINES)?.data ?? [];
    if (machines.length === 0) return notReached('cluster.reachable or host.engine');
    const images = imagesOf(context);
    if (images.length === 0) return notReached('images.available');
    const expected = `images for ${listed(machines)}`;
    const unfit = images.filter(({ architectures }) => !machines.some((one) => architectures.includes(one)));
    if (unfit.length > 0) return finding('fail', { observed: said(unfit), expected });
    const partly = images.filter(({ architectures }) => !machines.every((one) => architectures.includes(one)));
    if (partly.length > 0) {
      return finding('warn', {
        observed: said(partly),
        expected,
        remedy: 'schedule the pods on nodes that the images support: components.NAME.nodeSelector, kubernetes.io/arch',
      });
    }
    return pass(expected);
  },
};

interface ImagePlatforms {
  readonly name: string;
  readonly architectures: readonly string[];
}

function imagesOf(context: JudgeContext): readonly ImagePlatforms[] {
  const here = context
    .evidence(IMAGES_ENGINE)
    .map(({ name, architecture }) => ({ name, architectures: [architecture] }));
  const there = context
    .evidence(IMAGES_REGISTRIES)
    .flatMap(({ images }) => images)
    .flatMap(({ name, architectures }) => (architectures === undefined ? [] : [{ name, architectures }]));
  return [...here, ...there];
}

function said(images: readonly ImagePlatforms[]): string {
  return some(
    images.map(({ name, architectures }) => `${name} supports ${listed(architectures) || 'no Linux platform'}`),
    3,
  );
}
