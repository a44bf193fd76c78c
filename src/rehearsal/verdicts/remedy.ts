/** A reason of the scheduler or of a controller, and the next step. The texts are Kubernetes' own (1.27 to 1.36). */
const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/the file promises/, 'add nodes in other zones, or promise one zone: recovery.topology.zones'],
  [/is all it has|of 1 replica ready/, 'set components.NAME.replicas to 2 or more, on different nodes and zones'],
  [/ready, \d+ promised/, 'raise components.NAME.replicas, and spread the replicas over more nodes and zones'],
  [
    /replicas? (?:on one node|in one zone)/,
    'use components.NAME.spread hard, and node selectors of several nodes and zones',
  ],
  [
    /exceeded quota|is forbidden: .*quota/,
    'raise the quota of the namespace, or lower the requests: kubectl describe quota',
  ],
  [
    /is forbidden: .*(?:maximum|minimum)/,
    'change the LimitRange of the namespace, or the requests: kubectl describe limits',
  ],
  [/disruption budget/, 'let the budget allow one disruption: more replicas, or maxUnavailable 1: kubectl get pdb'],
  [/Multi-Attach/, 'use a storage class with ReadWriteMany, or one replica'],
  [/volume node affinity/, 'use a storage class with ReadWriteMany, or one whose volumes every zone can mount'],
  [
    /unbound immediate PersistentVolumeClaims|storageclass.*not found/i,
    'name a storage class that exists: target.storageClass',
  ],
  [/Insufficient (?:cpu|memory)/, 'add nodes, or lower components.NAME.resources.requests or replicas'],
  [/Too many pods/, 'add nodes, or raise the number of pods per node'],
  [/anti-affinity|topology spread/, 'add nodes or zones, or make the rule of components.NAME soft'],
  [/node affinity\/selector|node\(s\) didn't match/, 'label more nodes, or change components.NAME.nodeSelector'],
  [/untolerated taint/, 'remove the taint from nodes that Dify may use, or add a toleration'],
  [/unschedulable/, 'uncordon nodes: kubectl get nodes'],
  [/no PriorityClass/, 'create the priority class, or change components.NAME.priorityClassName'],
];

/** Returns the next step for pods that stay pending with this reason. */
export function remedyFor(reason: string, component: string): string {
  // Capacity and rules often come together; the first line that matches is the one to change.
  const found = REMEDIES.find(([pattern]) => pattern.test(reason))?.[1];
  return (found ?? 'read the reason of the pending pods').replaceAll('NAME', component);
}
