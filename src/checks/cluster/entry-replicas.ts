import { CLOUD_CONTROLLERS } from '../../checklist/ingress-controllers.ts';
import { INGRESS_CLASSES, type IngressClassFact } from '../../evidence/cluster/classes.ts';
import { CLUSTER_ENTRY_WORKLOADS, type EntryWorkloadFact } from '../../evidence/cluster/entry-workloads.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';
import { notObserved } from '../services/probed.ts';
import { errorInProdElseWarning, onKubernetesWithFile } from '../when.ts';

/** A controller or Gateway that accepts the requests, with its workloads. */
interface Entry {
  readonly name: string;
  readonly workloads: readonly EntryWorkloadFact[];
}

/** Every request passes these pods, which another team may operate. */
export const entryReplicas: Check = {
  id: 'cluster.entry-replicas',
  title: 'the ingress controller or Gateway has more than one ready pod',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS],
  optional: [INGRESS_CLASSES, CLUSTER_ENTRY_WORKLOADS],
  remedy: 'run two or more replicas of it, on different nodes',
  judge: (context) => {
    const rendered = context.evidence(RENDERED_OBJECTS);
    if (rendered.ingresses.length + rendered.routes.length === 0)
      return pass('no Ingress and no HTTPRoute is rendered');
    const seen = context.optionalEvidence(CLUSTER_ENTRY_WORKLOADS);
    if (seen?.data === undefined) return notObserved(seen?.missing ?? 'list deployments');
    const classes = context.optionalEvidence(INGRESS_CLASSES)?.data ?? [];
    const controllers = controllersOf(rendered, classes);
    const own = context.deployment?.target.type === 'kubernetes' ? context.deployment.target.namespace : '';
    const entries = entriesOf(rendered, controllers, own, seen.data);
    const found = entries.filter(({ workloads }) => workloads.length > 0);
    const needed = context.tier === 'prod' ? 2 : 1;
    const expected = `${counted(needed, 'ready pod')} or more`;
    const few = found.filter((entry) => readyOf(entry) < needed);
    if (few.length > 0) {
      const observed = listed(few.map(words));
      const isDown = few.some((entry) => readyOf(entry) === 0);
      const message = isDown
        ? `${observed}: it accepts no request for Dify`
        : `${observed}: while that pod or its node is replaced, Dify cannot be reached`;
      return finding(isDown ? 'fail' : 'warn', { observed, expected, message, remedy: remedyOf(few) });
    }
    if (found.length > 0) return pass(listed(found.map(words)), expected);
    if (controllers.some((one) => CLOUD_CONTROLLERS.includes(one)))
      return pass('a load balancer of the cloud accepts the requests', expected);
    return notObserved(
      `no pod of ${listed(entries.map(({ name }) => name)) || 'an ingress controller'} is known by its image or label`,
    );
  },
};

/** The controllers of the classes that the rendered Ingresses name. */
function controllersOf({ ingresses }: RenderedSet, classes: readonly IngressClassFact[]): readonly string[] {
  const found = ingresses.flatMap(({ className }) =>
    classes.filter(({ name, isDefault }) => (className === undefined ? isDefault : name === className)),
  );
  return [...new Set(found.map(({ controller }) => controller))];
}

function entriesOf(
  { routes }: RenderedSet,
  controllers: readonly string[],
  own: string,
  workloads: readonly EntryWorkloadFact[],
): readonly Entry[] {
  const parents = routes.flatMap((route) => route.parents).filter(({ kind }) => kind === 'Gateway');
  const gateways = [...new Set(parents.map(({ namespace, name }) => `${namespace || own}/${name}`))];
  return [
    ...controllers.map((name) => ({ name, workloads: workloads.filter(({ controller }) => controller === name) })),
    ...gateways.map((name) => ({
      name: `Gateway ${name}`,
      workloads: workloads.filter(({ gateway }) => gateway === name),
    })),
  ];
}

function readyOf({ workloads }: Entry): number {
  return workloads.reduce((sum, { ready }) => sum + ready, 0);
}

/** `k8s.io/ingress-nginx has 1 ready pod` */
function words(entry: Entry): string {
  return `${entry.name} has ${counted(readyOf(entry), 'ready pod')}`;
}

function remedyOf(few: readonly Entry[]): string {
  const [first] = few.flatMap(({ workloads }) => workloads);
  const where = `${first?.kind.toLowerCase()}/${first?.name} in namespace ${first?.namespace}`;
  return first?.kind === 'Deployment'
    ? `run two or more replicas of ${where}, on different nodes`
    : `run ${where} on two or more nodes`;
}
