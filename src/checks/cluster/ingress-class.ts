import { INGRESS_CLASSES } from '../../evidence/cluster/classes.ts';
import { CLUSTER_VERSION } from '../../evidence/cluster/version.ts';
import { type PlannedIngress, RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { errorInProdElseWarning, onKubernetesWithFile } from '../when.ts';

export const ingressClass: Check = {
  id: 'cluster.ingress-class',
  title: 'the ingress class that is rendered exists',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, INGRESS_CLASSES],
  optional: [CLUSTER_VERSION],
  remedy: 'install an ingress controller, or set target.ingress.className to one of the cluster',
  judge: (context) => {
    const { ingresses } = context.evidence(RENDERED_OBJECTS);
    if (ingresses.length === 0) return pass('no Ingress is rendered');
    const classes = context.evidence(INGRESS_CLASSES);
    const expected = 'an ingress class that a controller of the cluster handles';
    const names = listed(classes.map(({ name }) => name)) || 'none';
    const isGke = context.optionalEvidence(CLUSTER_VERSION)?.data?.gitVersion.includes('-gke.') === true;
    for (const ingress of ingresses) {
      const { className, byAnnotation = false } = ingress;
      const found = classes.find(({ name, isDefault }) => (className === undefined ? isDefault : name === className));
      if (found !== undefined || (isGke && isGoogles(ingress))) continue;
      const observed =
        className === undefined
          ? 'no class is named, and the cluster has no default'
          : `ingress class ${className} does not exist`;
      const said = { observed: `${observed}; the cluster has: ${names}`, expected };
      if (!byAnnotation) return finding('fail', said);
      const message = `${said.observed}; a controller may still follow the annotation`;
      return finding('warn', { ...said, message, remedy: 'set target.ingress.className in place of the annotation' });
    }
    return pass(`ingress class ${ingresses[0]?.className ?? 'by default'} exists`, expected);
  },
};

/** True if Google's own controller handles the Ingress: it names no class, or `gce` or `gce-internal` by annotation. */
function isGoogles({ className, byAnnotation = false }: PlannedIngress): boolean {
  return className === undefined || (byAnnotation && /^gce(-internal)?$/.test(className));
}
