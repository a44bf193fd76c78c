import { IMAGES_LIST } from '../../../evidence/images/list.ts';
import { fullName } from '../../../evidence/images/reference.ts';
import { IMAGES_REGISTRIES } from '../../../evidence/images/registries.ts';
import type { Check } from '../../check.ts';
import { deploymentOf, finding, pass, some } from '../../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../../when.ts';

export const recoveryStandbyImages: Check = {
  id: 'recovery.standby.images',
  title: 'the standby region pulls its images from its own registry, which answers',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ recovery }) => {
    const { primary, standby } = recovery?.topology ?? {};
    return primary !== undefined && standby?.images !== undefined;
  }),
  requires: [IMAGES_LIST],
  optional: [IMAGES_REGISTRIES],
  remedy: 'set images.registry to the registry of the standby region, and copy the images of difyctl images to it',
  judge: (context) => {
    const registry = deploymentOf(context).recovery?.topology?.standby?.images ?? '';
    const expected = `every image from ${registry}`;
    const others = context.evidence(IMAGES_LIST).filter(({ name }) => !fullName(name).startsWith(`${registry}/`));
    if (others.length > 0)
      return finding('fail', { observed: `${some(others.map(({ name }) => name))} from elsewhere`, expected });
    const silent = (context.optionalEvidence(IMAGES_REGISTRIES)?.data ?? []).find(({ fault }) => fault !== undefined);
    if (silent?.fault === undefined) return pass(`every image is from ${registry}`, expected);
    return finding('fail', {
      observed: `${silent.registry}: ${silent.fault.text}`,
      expected: 'a registry that answers',
    });
  },
};
