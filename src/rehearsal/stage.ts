import { listAt, textAt } from '../base/json-path.ts';
import type { Api } from './plane/api.ts';
import { poll } from './plane/poll.ts';
import type { Throwaway } from './plane/throwaway.ts';
import { clusterObjects, loadObjects, nodeObjects, OTHERS, priorityClass, storageClass } from './shape/objects.ts';
import type { Shape } from './shape/shape.ts';

/** The class of claims that name none, in a shape by flags. */
const DEFAULT_CLASS = 'standard';
/** The value of a priority class that the file names, in a shape by flags. */
const NAMED_PRIORITY = 1_000;
const PROVISIONER = 'rehearsal.invalid/volumes';

/** Creates the nodes, classes and limits of a shape, and the pods of others. Returns when the nodes are Ready. */
export async function createShape(
  { api, kubeletPort, kubernetes }: Pick<Throwaway, 'api' | 'kubeletPort' | 'kubernetes'>,
  shape: Shape,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const nodes = nodeObjects(shape, kubeletPort, kubernetes);
  const load = loadObjects(shape);
  const namespaces = [namespace, ...(load.pods.length === 0 ? [] : [OTHERS])].map(namespaceObject);
  await createAll(api, [...nodes, ...namespaces]);
  const classes = shape.source === 'flags' ? [storageClass(DEFAULT_CLASS, PROVISIONER, true)] : [];
  await createAll(api, [...clusterObjects(shape, namespace), ...classes]);
  await poll(
    'the simulated nodes are ready',
    async () => ((await readyNodes(api)) >= nodes.length ? true : undefined),
    // A list of many nodes takes as long as their work.
    { signal, intervalMs: Math.max(100, nodes.length) },
  );
  await createAll(api, load.pods);
  await createAll(api, load.sets);
}

/** Nodes that are Ready and no longer have the taint of a node that is not. */
async function readyNodes(api: Api): Promise<number> {
  return listAt(await api.get('/api/v1/nodes'), 'items').filter(
    (node) => !listAt(node, 'spec', 'taints').some((taint) => textAt(taint, 'key') === 'node.kubernetes.io/not-ready'),
  ).length;
}

/** A shape by flags has every class that the release names. */
export async function createNamedClasses(api: Api, shape: Shape, namespace: string): Promise<void> {
  if (shape.source !== 'flags') return;
  const items = async (path: string): Promise<readonly unknown[]> => listAt(await api.get(path), 'items');
  const [claims, deployments] = await Promise.all([
    items(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`),
    items(`/apis/apps/v1/namespaces/${namespace}/deployments`),
  ]);
  const storage = claims.map((claim) => textAt(claim, 'spec', 'storageClassName'));
  const priorities = deployments.map((one) => textAt(one, 'spec', 'template', 'spec', 'priorityClassName'));
  const named = (names: readonly string[], known: readonly string[]) =>
    [...new Set(names)].filter((name) => name !== '' && !known.includes(name));
  await createAll(api, [
    ...named(storage, [DEFAULT_CLASS, ...shape.storageClasses.map(({ name }) => name)]).map((name) =>
      storageClass(name, PROVISIONER, false),
    ),
    ...named(priorities, [])
      .filter((name) => !name.startsWith('system-'))
      .map((name) => priorityClass({ name, value: NAMED_PRIORITY, preempts: true })),
  ]);
}

const PLURALS: Readonly<Record<string, string>> = {
  Node: 'nodes',
  Namespace: 'namespaces',
  Pod: 'pods',
  ReplicaSet: 'replicasets',
  StorageClass: 'storageclasses',
  IngressClass: 'ingressclasses',
  PriorityClass: 'priorityclasses',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
};

/** Requests at once: the API server on two cores is busy with these. */
const AT_ONCE = 16;

async function createAll(api: Api, objects: readonly object[]): Promise<void> {
  const waiting = [...objects];
  const work = async (): Promise<void> => {
    for (let object = waiting.shift(); object !== undefined; object = waiting.shift()) {
      await api.create(pathOf(object), object);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function pathOf(object: object): string {
  const version = textAt(object, 'apiVersion');
  const namespace = textAt(object, 'metadata', 'namespace');
  const scope = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${version === 'v1' ? '/api' : '/apis'}/${version}${scope}/${PLURALS[textAt(object, 'kind')] ?? ''}`;
}

const namespaceObject = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
