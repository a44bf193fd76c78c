import { CLUSTER_AUTOSCALER } from '../../evidence/cluster/autoscaler.ts';
import { CLUSTER_NODES } from '../../evidence/cluster/nodes.ts';
import type { Check } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../when.ts';
import { zonesOf } from './capacity/fit.ts';
import { declaredZones } from './capacity/fit-check.ts';
import { reachableNodes } from './capacity/nodes.ts';

export const clusterZones: Check = {
  id: 'cluster.zones',
  title: 'the nodes span as many zones as the recovery plan declares',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ target, recovery }) => target.type === 'kubernetes' && (recovery?.topology?.zones ?? 1) > 1),
  requires: [CLUSTER_NODES],
  optional: [CLUSTER_AUTOSCALER],
  remedy: 'add nodes in other zones, or set recovery.topology.zones to the number of zones',
  judge: (context) => {
    const usable = context.evidence(CLUSTER_NODES).filter((node) => node.ready && node.schedulable);
    const zones = zonesOf(usable);
    const declared = declaredZones(context);
    const observed =
      zones.length === 0 ? 'no node has a zone label' : `${counted(zones.length, 'zone')}: ${listed(zones)}`;
    const expected = `${declared} zones, as recovery.topology says`;
    if (zones.length >= declared) return pass(observed, expected);
    // An autoscaler may add nodes in other zones if pods require them.
    const reachable = reachableNodes(context.deployment, context.optionalEvidence(CLUSTER_AUTOSCALER)?.data) ?? 0;
    if (reachable <= usable.length) return finding('fail', { observed, expected });
    return finding('warn', { observed: `${observed}; an autoscaler may add nodes in other zones`, expected });
  },
};
