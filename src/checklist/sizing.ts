import type { ComponentName } from './components.ts';
import type { Tier } from './tiers.ts';

/** Kubernetes quantities. */
interface Amounts {
  readonly cpu: string;
  readonly memory: string;
}
export interface ComponentSize {
  readonly enabled: boolean;
  readonly replicas: number;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** The size of each component in one tier. */
export type SizeTable = Readonly<Record<ComponentName, ComponentSize>>;

/**
 * Production: requests and limits scaled from the Enterprise production page and LangGenius' Terraform for EKS (3.9).
 * All of it fits five of six 8C/32G nodes, and four of them with one of three zones lost. Beat, the websocket process
 * and the local sandbox cannot run twice in chart 0.38; the community plugin daemon does not scale out smoothly,
 * because its package state is per pod.
 */
const PROD: SizeTable = {
  api: size(3, '1', '2Gi', '4', '8Gi'),
  worker: size(3, '1', '2Gi', '3', '8Gi'),
  beat: size(1, '250m', '512Mi', '1', '1Gi'),
  apiWebsocket: size(1, '250m', '512Mi', '1', '2Gi'),
  web: size(3, '500m', '768Mi', '2', '2Gi'),
  sandbox: size(3, '500m', '1Gi', '2', '4Gi'),
  ssrfProxy: size(2, '250m', '512Mi', '1', '1Gi'),
  pluginDaemon: size(1, '500m', '1536Mi', '2', '3Gi'),
  agentBackend: size(2, '250m', '512Mi', '1', '2Gi'),
  localSandbox: size(1, '500m', '1Gi', '2', '4Gi'),
  proxy: size(3, '250m', '256Mi', '1', '512Mi'),
};

/**
 * Test: one of each component, about 2.5 CPU and 5 GiB of requests, so that it fits one 4C/16G node with its bundled
 * services.
 */
const TEST: SizeTable = {
  api: size(1, '300m', '1Gi', '2', '4Gi'),
  worker: size(1, '300m', '1Gi', '2', '4Gi'),
  beat: size(1, '50m', '256Mi', '500m', '1Gi'),
  apiWebsocket: size(1, '50m', '256Mi', '500m', '1Gi'),
  web: size(1, '100m', '256Mi', '1', '1Gi'),
  sandbox: size(1, '100m', '256Mi', '1', '2Gi'),
  ssrfProxy: size(1, '50m', '128Mi', '500m', '512Mi'),
  pluginDaemon: size(1, '200m', '512Mi', '1', '2Gi'),
  agentBackend: size(1, '50m', '256Mi', '500m', '1Gi'),
  localSandbox: size(1, '100m', '256Mi', '1', '2Gi'),
  proxy: size(1, '50m', '64Mi', '500m', '256Mi'),
};

/**
 * The sizes of `defaults: 1`. They never change, because a file that names the set relies on them. Other sizes are
 * another set (`DEFAULT_SETS`).
 */
export const SIZES_1: Readonly<Record<Tier, SizeTable>> = { test: TEST, prod: PROD };

/** Components that the community chart has an autoscaler for (its hpa.yaml, charts 0.31 to 0.38). */
export const AUTOSCALED: readonly ComponentName[] = ['api', 'worker', 'web', 'sandbox'];

/** Use of CPU, in percent of the request, that an autoscaler keeps by default (the chart's own default). */
export const AUTOSCALING_CPU_PERCENT = 80;

/** Components that must have one replica, each with the reason that a finding shows. */
export const SINGLE_REPLICA: Readonly<Partial<Record<ComponentName, string>>> = {
  beat: 'two schedulers would start every schedule twice',
  apiWebsocket: 'more than one needs sticky sessions, which neither the chart nor upstream nginx supports',
  localSandbox: 'its workspaces are stored in the pod, and the chart sets one replica',
};

function size(replicas: number, cpu: string, memory: string, cpuLimit: string, memoryLimit: string): ComponentSize {
  return { enabled: true, replicas, requests: { cpu, memory }, limits: { cpu: cpuLimit, memory: memoryLimit } };
}
