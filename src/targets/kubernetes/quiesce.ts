import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';

/** Label of a workload that difyctl stopped: the replicas that it had. Any run starts the workload again by this label. */
const STOPPED = 'difyctl/stopped-replicas';
const RESOURCES = 'statefulsets.apps,deployments.apps';
const POLL_MS = 1_000;

const WRITERS: readonly string[] = [
  ...[COMPONENT_LABELS.api, COMPONENT_LABELS.worker, COMPONENT_LABELS.beat, COMPONENT_LABELS.apiWebsocket],
  COMPONENT_LABELS.pluginDaemon,
];

/** A Deployment or StatefulSet of the release whose pods write to the databases or to the files. */
interface Writer {
  readonly resource: string;
  readonly name: string;
  readonly replicas: number;
  /** Replicas that it had when difyctl stopped it. Undefined if difyctl did not. */
  readonly stopped: number | undefined;
  /** Pods that its controller counts, without terminating ones. */
  readonly pods: number;
}

/** Returns the workloads that write and run now. Throws ExternalError. */
export async function runningWritersKubernetes(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const writers = await readWriters(connection, signal);
  const named = new Set(await podOwners(connection, signal));
  return writers
    .filter(({ name, replicas, pods }) => replicas > 0 || pods > 0 || named.has(name))
    .map(({ name }) => name);
}

/**
 * Scales the workloads that write to 0 and waits until their pods are gone. Returns their names. Each has a label with
 * the number of its replicas, set by the same patch, so that another run can start it. Throws ExternalError if a pod
 * stays.
 */
export async function stopWritersKubernetes(
  connection: Connection,
  { signal, timeoutMs }: WorkOptions,
): Promise<readonly string[]> {
  const running = (await readWriters(connection, signal)).filter(({ replicas }) => replicas > 0);
  for (const { resource, name, replicas } of running)
    await patch(connection, resource, name, { label: String(replicas), replicas: 0 }, signal);
  if (running.length === 0) return [];
  const deadline = connection.now() + timeoutMs;
  for (;;) {
    const left = await runningWritersKubernetes(connection, signal);
    if (left.length === 0) return running.map(({ name }) => name);
    if (connection.now() >= deadline) {
      throw new ExternalError(`${left.join(', ')} still runs after it was scaled to 0`, {
        next: [`kubectl -n ${connection.release.namespace} get pods`, 'an autoscaler may have started it again'],
      });
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {
      throw new Interrupted();
    });
  }
}

/**
 * Scales the workloads that `stopWritersKubernetes` stopped, in this run or in one that was killed, to the replicas that
 * they had. Returns their names. Throws ExternalError.
 */
export async function startWritersKubernetes(
  connection: Connection,
  { signal }: Pick<WorkOptions, 'signal'>,
): Promise<readonly string[]> {
  const stopped = await readWriters(connection, signal, STOPPED);
  for (const { resource, name, replicas, stopped: before = 0 } of stopped)
    await patch(connection, resource, name, { label: null, replicas: Math.max(replicas, before) }, signal);
  return stopped.map(({ name }) => name);
}

/** Reads the writers of the release; with `label` only those that have it. */
async function readWriters(
  { kubectl, release: { name, namespace } }: Connection,
  signal: AbortSignal,
  label?: string,
): Promise<readonly Writer[]> {
  const selector = label === undefined ? [] : ['-l', label];
  const text = await kubectl.run(['get', RESOURCES, '-n', namespace, ...selector, '-o', 'json'], { signal });
  return listAt(jsonAnswer(text, `kubectl get ${RESOURCES}`), 'items').flatMap((item) => {
    const labels = labelsAt(item, 'spec', 'template', 'metadata', 'labels');
    if (labels['app.kubernetes.io/instance'] !== name || !WRITERS.includes(labels.component ?? '')) return [];
    const stopped = labelsAt(item, 'metadata', 'labels')[STOPPED];
    return [
      {
        resource: `${textAt(item, 'kind').toLowerCase()}.apps`,
        name: textAt(item, 'metadata', 'name'),
        replicas: Number(at(item, 'spec', 'replicas') ?? 1),
        stopped: stopped === undefined ? undefined : Number.parseInt(stopped, 10),
        pods: Number(at(item, 'status', 'replicas') ?? 0),
      },
    ];
  });
}

/** Names of the writers that still have pods. Terminating pods count, because they may still write. */
async function podOwners(
  { kubectl, release: { name, namespace } }: Connection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const selector = `app.kubernetes.io/instance=${name},component in (${WRITERS.join(',')})`;
  const text = await kubectl.run(['get', 'pods', '-n', namespace, '-l', selector, '-o', 'json'], { signal });
  return listAt(jsonAnswer(text, 'kubectl get pods'), 'items')
    .filter((pod) => !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')))
    .flatMap((pod) => listAt(pod, 'metadata', 'ownerReferences').map((owner) => textAt(owner, 'name')))
    .map((owner) => owner.replace(/-[a-z0-9]+$/, ''));
}

async function patch(
  { kubectl, release: { namespace } }: Connection,
  resource: string,
  name: string,
  { label, replicas }: { readonly label: string | null; readonly replicas: number },
  signal: AbortSignal,
): Promise<void> {
  const change = JSON.stringify({ metadata: { labels: { [STOPPED]: label } }, spec: { replicas } });
  await kubectl.run(['patch', resource, name, '-n', namespace, '--type=merge', '-p', change], { signal });
}
