import { CLUSTER_NODES } from '../../evidence/cluster/nodes.ts';
import type { Check } from '../check.ts';
import { counted, fault, listed, pass } from '../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../when.ts';
import { zonesOf } from './capacity/fit.ts';
import { declaredZones } from './capacity/fit-check.ts';

export const clusterZones: Check = {
  id: 'cluster.zones',
  title: 'the nodes stand in as many zones as the recovery plan says',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ target, recovery }) => target.type === 'kubernetes' && (recovery?.topology?.zones ?? 1) > 1),
  needs: [CLUSTER_NODES],
  remedy: 'add nodes in other zones, or set recovery.topology.zones to what there is',
  judge: (context) => {
    const usable = context.evidence(CLUSTER_NODES).filter((node) => node.ready && node.schedulable);
    const zones = zonesOf(usable);
    const declared = declaredZones(context);
    const observed =
      zones.length === 0 ? 'no node carries a zone label' : `${counted(zones.length, 'zone')}: ${listed(zones)}`;
    const expected = `${declared} zones, as recovery.topology says`;
    return zones.length < declared ? fault('fail', { observed, expected }) : pass(observed, expected);
  },
};
