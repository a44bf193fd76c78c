import { PRIORITY_CLASSES } from '../../evidence/cluster/priority-classes.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';

export const priorityClass: Check = {
  id: 'cluster.priority-class',
  title: 'the priority classes that are named exist',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, PRIORITY_CLASSES],
  remedy: 'create the class, or name another in extraValues',
  judge: (context) => {
    const named = [
      ...new Set(context.evidence(RENDERED_OBJECTS).workloads.map(({ demands }) => demands.priorityClass)),
    ].filter(Boolean);
    if (named.length === 0) return pass('no priority class is named');
    const classes = context.evidence(PRIORITY_CLASSES).map(({ name }) => name);
    const missing = named.filter((name) => !classes.includes(name));
    if (missing.length === 0) return pass(`priority class ${listed(named)} exists`);
    return finding('fail', {
      observed: `priority class ${listed(missing)} does not exist; the cluster has: ${listed(classes) || 'none'}`,
      expected: 'every class that pods name',
    });
  },
};
