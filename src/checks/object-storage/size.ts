import { isQuantity, parseQuantity } from '../../base/quantity.ts';
import { OBJECT_STORAGE_SIZES } from '../../checklist/object-storage.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { warning, whereFile } from '../when.ts';

/** Most object storages have no size. A declared size is compared with the checklist. */
export const storageSize: Check = {
  id: 'object-storage.size',
  title: 'the object storage has the size that the published checklist requires',
  phases: ['preflight'],
  severity: warning,
  when: whereFile((deployment) => declared(deployment) !== undefined),
  requires: [],
  remedy: 'add storage, then correct objectStorage.managed.size.storage',
  judge: (context) => {
    const size = declared(deploymentOf(context)) ?? '';
    const least = OBJECT_STORAGE_SIZES[context.tier];
    const expected = `${least} or more`;
    if (!isQuantity(size)) return finding('warn', { observed: `${size} is not a quantity such as 512G`, expected });
    const observed = `${size}, as declared`;
    return parseQuantity(size) < parseQuantity(least)
      ? finding('warn', { observed, expected })
      : pass(observed, expected);
  },
};

function declared({ objectStorage }: Deployment): string | undefined {
  return objectStorage.provider === 'local' ? undefined : objectStorage.managed?.size?.storage;
}
