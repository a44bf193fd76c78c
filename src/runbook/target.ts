import { join, resolve } from 'node:path';
import { COMPONENTS, type ComponentName } from '../checklist/components.ts';
import { plannedComponents } from '../deployment/components.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { plannedPools } from '../deployment/worker-pools.ts';
import { poolService, SERVICE_OF } from '../render/compose/names.ts';
import { COMPONENT_LABELS } from '../render/kubernetes/names.ts';
import type { RunbookInput } from './input.ts';
import { enumerated, type Word, words } from './words.ts';

/** Values about the cluster or the host: the beginnings of commands with the real names. */
export function targetValues({ deployment, baseDirectory, file, now }: RunbookInput) {
  const { target, name } = deployment;
  return {
    kubernetes: target.type === 'kubernetes',
    compose: target.type === 'compose',
    deployment: name,
    version: deployment.version,
    tier: deployment.tier,
    at: `${now.toISOString().slice(0, 19)}Z`,
    file,
    fileWords: file === 'difyctl.yaml' ? [] : words('-c', file),
    folder: baseDirectory,
    directory: composeDirectory(deployment, baseDirectory) ?? '',
    kubectl: kubectlWords(deployment),
    helm: helmWords(deployment),
    dockerCompose: dockerWords(deployment),
    services: words(...writingServices(deployment)),
    ...scalingValues(deployment),
    hosts: enumerated([
      ...new Set(Object.values(deployment.urls).flatMap((url) => (url ? [new URL(url).hostname] : []))),
    ]),
    console: deployment.urls.console,
  };
}

/** `kubectl --context prod-eu -n dify`. Empty for Compose. */
export function kubectlWords({ target }: Deployment): readonly Word[] {
  if (target.type !== 'kubernetes') return [];
  return words(
    'kubectl',
    ...(target.context === undefined ? [] : ['--context', target.context]),
    '-n',
    target.namespace,
  );
}

function helmWords({ target }: Deployment): readonly Word[] {
  if (target.type !== 'kubernetes') return [];
  const context = target.context === undefined ? [] : ['--kube-context', target.context];
  return words('helm', ...context, '-n', target.namespace);
}

/** `docker compose -p dify`. Empty for Kubernetes. */
export function dockerWords({ target, name }: Deployment): readonly Word[] {
  return target.type === 'compose' ? words('docker', 'compose', '-p', name) : [];
}

/** The folder of the Compose project; undefined for Kubernetes. */
export function composeDirectory({ target }: Deployment, baseDirectory: string): string | undefined {
  return target.type === 'compose' ? resolve(baseDirectory, target.directory) : undefined;
}

/** Folders of a Compose project with Dify's files. Undefined if files are not on the disk of the host. */
export function diskFolders(
  deployment: Deployment,
  baseDirectory: string,
): { readonly files: string | undefined; readonly plugins: string } | undefined {
  const directory = composeDirectory(deployment, baseDirectory);
  const { objectStorage } = deployment;
  if (directory === undefined || objectStorage.provider !== 'local') return undefined;
  const own = objectStorage.local?.path;
  return {
    files: own === undefined ? join(directory, 'volumes/app/storage') : resolve(baseDirectory, own),
    plugins: join(directory, 'volumes/plugin_daemon'),
  };
}

/** The services of Compose that write data, and the proxy in front of them. */
const WRITERS: readonly ComponentName[] = [
  'proxy',
  'api',
  'apiWebsocket',
  'worker',
  'beat',
  'pluginDaemon',
  'agentBackend',
];

function writingServices(deployment: Deployment): readonly string[] {
  if (deployment.target.type !== 'compose') return [];
  const planned = plannedComponents(deployment);
  const pools = plannedPools(deployment).map(({ name }) => poolService(name));
  return [...WRITERS.filter((name) => planned[name].enabled).map((name) => SERVICE_OF[name]), ...pools];
}

function scalingValues(deployment: Deployment) {
  const planned = plannedComponents(deployment);
  const scaled = COMPONENTS.flatMap((name) => {
    const { enabled, autoscaling, replicas } = planned[name];
    return enabled && autoscaling !== undefined && deployment.target.type === 'kubernetes'
      ? [{ label: COMPONENT_LABELS[name], replicas, hasQueue: autoscaling.queueLength !== undefined }]
      : [];
  });
  const alone = COMPONENTS.filter((name) => planned[name].enabled && planned[name].replicas === 1);
  return {
    autoscaled: scaled.map(({ label, replicas }) => ({ label, replicas })),
    hasQueueScaler: scaled.some(({ hasQueue }) => hasQueue),
    hasAlone: alone.length > 0,
    alone: enumerated(alone),
  };
}
