import { ExternalError, UserError } from '../../base/errors.ts';
import { textAt } from '../../base/json-path.ts';
import type { Redact } from '../../base/redact.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { type ChartReference, helm, type ReleaseRef } from '../../exec/helm.ts';
import { kubectl } from '../../exec/kubectl.ts';
import type { Runner } from '../../exec/runner.ts';
import type { Rendered, RenderedKubernetes } from '../../render/rendered.ts';
import { readOwnSecrets } from '../../state/kubernetes/own-secrets.ts';
import { kubernetesRevisions } from '../../state/kubernetes/revisions.ts';
import { leaseStore } from '../../state/lock/lease.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Target } from '../target.ts';
import { applyKubernetes } from './apply.ts';
import type { Connection } from './connection.ts';
import { execKubernetes } from './exec.ts';
import { externalSecretOf, provideExternally } from './external-secret.ts';
import { inspectKubernetes } from './inspect.ts';
import { locateKubernetes } from './locate.ts';
import { applyOwn, ensureNamespace } from './own.ts';
import { planKubernetes, secretObjects } from './plan.ts';
import { runningWritersKubernetes, startWritersKubernetes, stopWritersKubernetes } from './quiesce.ts';
import { recoverKubernetes } from './recover.ts';
import { removalKubernetes, removeKubernetes } from './remove.ts';
import { checkpointKubernetes, rollbackKubernetes } from './rollback.ts';

export interface KubernetesTargetOptions {
  readonly runner: Runner;
  readonly kubeArgs: readonly string[];
  /** Required for plan and apply. */
  readonly chart: ChartReference | undefined;
  readonly release: ReleaseRef;
  readonly redact: Redact;
  readonly now: () => number;
}

/** Returns the target for Dify on Kubernetes, through the user's own kubectl and helm. */
export function kubernetesTarget({ runner, kubeArgs, chart, release, redact, now }: KubernetesTargetOptions): Target {
  const connection: Connection = {
    kubectl: kubectl(runner, kubeArgs),
    helm: helm(runner, kubeArgs),
    chart,
    release,
    redact,
    now,
  };
  const { name, namespace } = release;
  return {
    revisions: kubernetesRevisions(connection.kubectl, namespace, name),
    tools: async (signal) => {
      const [{ text }, client] = await Promise.all([
        connection.helm.version(signal),
        connection.kubectl.run(['version', '--client', '-o', 'json'], { signal }),
      ]);
      return {
        helm: text,
        kubectl: textAt(jsonAnswer(client, 'kubectl version --client'), 'clientVersion', 'gitVersion').replace(
          /^v/,
          '',
        ),
      };
    },
    locate: (signal) => locateKubernetes(connection, signal),
    inspect: (signal) => inspectKubernetes(connection, signal),
    plan: (rendered, revisions, signal) => planKubernetes(connection, ownKind(rendered), revisions, signal),
    lockStore: async (signal) => {
      await ensureNamespace(connection, signal);
      return leaseStore(connection.kubectl, namespace, name, now);
    },
    keepSecrets: (rendered, signal) => keepFirstSecret(connection, ownKind(rendered), signal),
    apply: (rendered, options) => applyKubernetes(connection, ownKind(rendered), options),
    checkpoint: (input, signal) => checkpointKubernetes(connection, input, signal),
    rollback: (to, options) => rollbackKubernetes(connection, to, options),
    exec: (component, command, options) => execKubernetes(connection, component, command, options),
    startDatabase: async () => {
      throw new UserError('the bundled PostgreSQL of the chart starts with the release', {
        next: ['difyctl install, then scale Dify to 0 replicas, and run difyctl restore again'],
      });
    },
    applySecret: (rendered, signal) => applySecret(connection, ownKind(rendered), signal),
    stopWriters: (options) => stopWritersKubernetes(connection, options),
    runningWriters: (signal) => runningWritersKubernetes(connection, signal),
    startWriters: (options) => startWritersKubernetes(connection, options),
    recover: (options) => recoverKubernetes(connection, options),
    prune: (kept, signal) => pruneSecrets(connection, kept, signal),
    removal: (signal) => removalKubernetes(connection, signal),
    data: noData,
    deleteData: noData,
    remove: (options) => removeKubernetes(connection, options),
  };
}

/** Applies the Secret, or the ExternalSecret, which must then create it. Throws ExternalError if it does not. */
async function applySecret(connection: Connection, rendered: RenderedKubernetes, signal: AbortSignal): Promise<void> {
  const external = externalSecretOf(rendered);
  if (external === undefined) return applyOwn(connection, secretObjects(rendered), undefined, signal);
  const { kubectl: cluster, release } = connection;
  const { revisions } = await readOwnSecrets(cluster, release.namespace, release.name, signal);
  const silent = { timeoutMs: Number.POSITIVE_INFINITY, onProgress: () => undefined };
  const failure = await provideExternally(connection, external, { ...silent, signal, revision: undefined, revisions });
  if (failure === undefined) return;
  throw new ExternalError(`${failure.workload}: ${failure.reason}`, {
    stderr: failure.events,
    next: [`kubectl -n ${release.namespace} describe externalsecret ${external.metadata.name}`],
  });
}

/**
 * First install: creates the Secret before the revision that names it. Later installs: the previous Secret already
 * holds the data-protecting keys.
 */
async function keepFirstSecret(
  connection: Connection,
  rendered: RenderedKubernetes,
  signal: AbortSignal,
): Promise<void> {
  const { kubectl: cluster, release } = connection;
  const { data } = await readOwnSecrets(cluster, release.namespace, release.name, signal);
  if (data.length === 0) await applyOwn(connection, secretObjects(rendered), undefined, signal);
}

/** Deletes Secrets that no kept revision names. A Helm rollback cannot reach further back than the kept revisions. */
async function pruneSecrets(
  { kubectl: cluster, release }: Connection,
  kept: readonly Revision[],
  signal: AbortSignal,
): Promise<void> {
  const named = new Set(kept.map(({ secretName }) => secretName));
  const { data, unreadable } = await readOwnSecrets(cluster, release.namespace, release.name, signal);
  const unnamed = data.filter(({ name }) => isSecretName(name, release.name) && !named.has(name));
  // A revision that cannot be read may name any of them.
  if (named.size === 0 || unreadable.length > 0) return;
  // A Secret of External Secrets is deleted with its ExternalSecret, which would create it again.
  for (const [kind, isExternal] of [
    ['secret', false] as const,
    ['externalsecrets.external-secrets.io', true] as const,
  ]) {
    const names = unnamed.filter(({ sources }) => (sources !== undefined) === isExternal).map(({ name }) => name);
    if (names.length === 0) continue;
    const args = ['delete', kind, ...names, '-n', release.namespace, '--ignore-not-found', '--wait=false'];
    await cluster.run(args, { signal });
  }
}

/** Returns true for the Secret names of `render/kubernetes/secret.ts`, which end in a digest of the contents. */
function isSecretName(name: string, deployment: string): boolean {
  return name.startsWith(`${deployment}-difyctl-`);
}

function ownKind(rendered: Rendered): RenderedKubernetes {
  if (rendered.target === 'kubernetes') return rendered;
  throw new Error('the Kubernetes target was given a set rendered for Compose');
}

async function noData(): Promise<never> {
  throw new UserError('difyctl does not delete the claims of a cluster', {
    next: ['difyctl uninstall names the claims that it keeps'],
  });
}
