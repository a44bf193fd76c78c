import { INGRESS_CLASSES } from '../../evidence/cluster/classes.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { fault, listed, pass } from '../judgement.ts';
import { errorInProdElseWarning, onKubernetesWithFile } from '../when.ts';

export const ingressClass: Check = {
  id: 'cluster.ingress-class',
  title: 'the ingress class that is rendered exists',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetesWithFile,
  needs: [RENDERED_OBJECTS, INGRESS_CLASSES],
  remedy: 'install an ingress controller, or set target.ingress.className to one of the cluster',
  judge: (context) => {
    const { ingresses } = context.evidence(RENDERED_OBJECTS);
    if (ingresses.length === 0) return pass('no Ingress is rendered');
    const classes = context.evidence(INGRESS_CLASSES);
    const expected = 'an ingress class that a controller of the cluster answers for';
    const names = listed(classes.map(({ name }) => name)) || 'none';
    for (const { className } of ingresses) {
      const found = classes.find(({ name, isDefault }) => (className === undefined ? isDefault : name === className));
      if (found !== undefined) continue;
      const observed =
        className === undefined
          ? 'no class is named and the cluster has no default'
          : `there is no ingress class ${className}`;
      return fault('fail', { observed: `${observed}; the cluster has: ${names}`, expected });
    }
    return pass(`ingress class ${ingresses[0]?.className ?? 'by default'} exists`, expected);
  },
};
