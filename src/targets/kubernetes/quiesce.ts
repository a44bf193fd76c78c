import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { pauseScaler, readScalers, resumeScaler } from './scalers.ts';

/** Label of a workload that difyctl stopped: the replicas that it had. Any run starts the workload again by this label. */
const STOPPED = 'difyctl/stopped-replicas';
/** Annotation of such a workload: the ScaledObject of KEDA that difyctl paused. */
const PAUSED_SCALER = 'difyctl/paused-scaler';
const RESOURCES = 'statefulsets.apps,deployments.apps';
const POLL_MS = 1_000;

const WRITERS: readonly string[] = [
  ...[COMPONENT_LABELS.api, COMPONENT_LABELS.worker, COMPONENT_LABELS.beat, COMPONENT_LABELS.apiWebsocket],
  COMPONENT_LABELS.pluginDaemon,
];

/** A Deployment or StatefulSet of the release whose pods write to the databases or to the files. */
interface Writer {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  /** Replicas that it had when difyctl stopped it. Undefined if difyctl did not. */
  readonly stopped: number | undefined;
  readonly pausedScaler: string | undefined;
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
 * the number of its replicas, so that another run can start it: set by the same patch, or before its ScaledObject is
 * paused. Throws ExternalError if a pod stays.
 */
export async function stopWritersKubernetes(
  connection: Connection,
  { signal, timeoutMs }: WorkOptions,
): Promise<readonly string[]> {
  const running = (await readWriters(connection, signal)).filter(({ replicas }) => replicas > 0);
  if (running.length === 0) return [];
  const scalers = await readScalers(connection, signal);
  for (const writer of running) await stop(connection, writer, scalers.get(`${writer.kind}/${writer.name}`), signal);
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
  for (const writer of stopped) {
    const { replicas, stopped: before = 0, pausedScaler } = writer;
    if (pausedScaler !== undefined) await resumeScaler(connection, pausedScaler, signal);
    const metadata = { labels: { [STOPPED]: null }, annotations: { [PAUSED_SCALER]: null } };
    await patch(connection, writer, { metadata, spec: { replicas: Math.max(replicas, before) } }, signal);
  }
  return stopped.map(({ name }) => name);
}

/** Scales one workload to 0. What starts it again is written to it first. */
async function stop(
  connection: Connection,
  writer: Writer,
  scaler: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const labels = { [STOPPED]: String(writer.replicas) };
  if (scaler !== undefined) {
    await patch(connection, writer, { metadata: { labels, annotations: { [PAUSED_SCALER]: scaler } } }, signal);
    await pauseScaler(connection, scaler, signal);
  }
  await patch(connection, writer, { metadata: { labels }, spec: { replicas: 0 } }, signal);
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
        kind: textAt(item, 'kind'),
        name: textAt(item, 'metadata', 'name'),
        replicas: Number(at(item, 'spec', 'replicas') ?? 1),
        stopped: stopped === undefined ? undefined : Number.parseInt(stopped, 10),
        pausedScaler: labelsAt(item, 'metadata', 'annotations')[PAUSED_SCALER],
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
    .flatMap((pod) => listAt(pod, 'metadata', 'ownerReferences'))
    .map((owner) => {
      const owned = textAt(owner, 'name');
      return textAt(owner, 'kind') === 'ReplicaSet' ? owned.replace(/-[a-z0-9]+$/, '') : owned;
    });
}

async function patch(
  { kubectl, release: { namespace } }: Connection,
  { kind, name }: Writer,
  change: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const resource = `${kind.toLowerCase()}.apps`;
  await kubectl.run(['patch', resource, name, '-n', namespace, '--type=merge', '-p', JSON.stringify(change)], {
    signal,
  });
}
