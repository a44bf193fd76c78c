import { UserError } from '../../base/errors.ts';
import { parseQuantity } from '../../base/quantity.ts';
import { nodeResources, parseNodes } from '../plane/node-class.ts';
import { simulatedName, simulatedZone } from '../plane/simulated-node.ts';
import { type Shape, type ShapeNode, ZONE_LABEL } from './shape.ts';

/** The most nodes of a rehearsal: kwok simulates more, but a drill for each node would take hours. */
const MOST_NODES = 1_000;

/**
 * Returns the shape of `--nodes 6x8C32G,2x4C16G --zones 3`: nodes without other pods, zones assigned in turn. Throws
 * UserError for another text.
 */
export function shapeFromFlags(nodes: string, zones: number): Shape {
  const classes = parseNodes(nodes);
  if (classes.length === 0 || classes.length > MOST_NODES) {
    throw new UserError(`--nodes ${nodes}: from 1 to ${MOST_NODES} nodes, such as 6x8C32G`);
  }
  const made = classes.map((nodeClass, index): ShapeNode => {
    const { capacity, allocatable } = nodeResources(nodeClass);
    const name = simulatedName(index);
    return {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        [ZONE_LABEL]: simulatedZone(index, zones),
      },
      taints: [],
      schedulable: true,
      capacity: amounts(capacity),
      allocatable: amounts(allocatable),
    };
  });
  return {
    ...{ source: 'flags', nodes: made, loads: [], storageClasses: [], ingressClasses: [], priorityClasses: [] },
    limits: { quotas: [], ranges: [] },
  };
}

function amounts(of: Readonly<Record<string, string>>) {
  const [cpu, memory, pods] = [of.cpu, of.memory, of.pods].map((text) => parseQuantity(text ?? '0'));
  return { cpu: cpu ?? 0, memory: memory ?? 0, pods: pods ?? 0 };
}
