import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../judgement.ts';
import { errorInProd, withFile } from '../when.ts';

/** Tags that may name another image later. */
const FLOATING = /^(latest|main|master|edge|nightly|dev|stable)$/;

export const pinnedImages: Check = {
  id: 'config.pinned-images',
  title: 'every image is pinned to a version',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [RENDERED_OBJECTS],
  remedy: 'name a version or a digest for each image',
  judge: (context) => {
    const { workloads } = context.evidence(RENDERED_OBJECTS);
    const tool = deploymentOf(context).images?.toolImage;
    const images = [
      ...new Set([...workloads.flatMap((workload) => workload.images), ...(tool === undefined ? [] : [tool])]),
    ];
    const floating = images.filter((image) => image !== '' && !isPinned(image)).sort();
    const expected = 'a version or a digest for each image';
    if (floating.length === 0) return pass(`${counted(images.length, 'image')} pinned`, expected);
    return finding('fail', { observed: `not pinned: ${some(floating)}`, expected });
  },
};

/**
 * True for a digest, or a tag that is not floating. A colon before the last slash belongs to the port of a registry.
 */
export function isPinned(image: string): boolean {
  if (image.includes('@')) return true;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag !== undefined && !FLOATING.test(tag);
}
