import { IMAGES_ENGINE } from '../../evidence/images/engine-images.ts';
import { IMAGES_MACHINES } from '../../evidence/images/machines.ts';
import { IMAGES_REGISTRIES } from '../../evidence/images/registries.ts';
import type { Check, JudgeContext } from '../check.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error, withFile } from '../when.ts';

export const imagesArchitectures: Check = {
  id: 'images.architectures',
  title: 'the images are made for the machines that will run them',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [IMAGES_ENGINE, IMAGES_REGISTRIES],
  optional: [IMAGES_MACHINES],
  remedy: 'copy all platforms of an image to the mirror (skopeo copy --all), or choose nodes of its architecture',
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
        remedy: 'keep the pods on nodes that the images are made for: components.NAME.nodeSelector, kubernetes.io/arch',
      });
    }
    return pass(expected);
  },
};

interface Made {
  readonly name: string;
  readonly architectures: readonly string[];
}

function imagesOf(context: JudgeContext): readonly Made[] {
  const here = context
    .evidence(IMAGES_ENGINE)
    .map(({ name, architecture }) => ({ name, architectures: [architecture] }));
  const there = context
    .evidence(IMAGES_REGISTRIES)
    .flatMap(({ images }) => images)
    .flatMap(({ name, architectures }) => (architectures === undefined ? [] : [{ name, architectures }]));
  return [...here, ...there];
}

function said(images: readonly Made[]): string {
  return some(
    images.map(({ name, architectures }) => `${name} is made for ${listed(architectures) || 'no Linux'}`),
    3,
  );
}
