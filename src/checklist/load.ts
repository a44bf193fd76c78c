import type { ComponentName } from './components.ts';

type TargetType = 'kubernetes' | 'compose';

/** A published rate of requests, with the CPU cores of each component that served it. */
export interface LoadFigure {
  /** The publisher, as findings name it. */
  readonly source: string;
  readonly requestsPerSecond: number;
  readonly cores: Readonly<Partial<Record<ComponentName, number>>>;
}

/**
 * The figure of `defaults: 1`: the smallest set of resources that Alibaba Cloud publishes for 100 requests per second
 * (help.aliyun.com/zh/sae/dify-performance-optimization, tier 2: api 2 × 8 cores, plugin daemon 4 × 2, nginx, worker,
 * sandbox and web 1 × 1). It never changes; another figure is another set (`DEFAULT_SETS`).
 */
export const LOAD_1: LoadFigure = {
  source: 'Alibaba Cloud SAE for 100 requests per second',
  requestsPerSecond: 100,
  cores: { api: 16, pluginDaemon: 8, worker: 1, web: 1, sandbox: 1, proxy: 1 },
};

/** Seconds between two requests of an active user. An estimate: a chat message every ten seconds. */
export const SECONDS_BETWEEN_REQUESTS = 10;

/**
 * Components of a figure whose replicas follow from the load. The others have one replica: the plugin daemon does not
 * scale out smoothly, and nginx owns a port on Compose.
 */
const SIZED: Readonly<Record<TargetType, readonly ComponentName[]>> = {
  kubernetes: ['api', 'worker', 'web', 'sandbox', 'proxy'],
  compose: ['api', 'worker', 'web', 'sandbox'],
};

/** True if the load of a file decides the replicas of the component, unless the file names them. */
export function isSizedByLoad(target: TargetType, component: ComponentName): boolean {
  return SIZED[target].includes(component);
}

/** Returns the users that these cores of a component serve at once, rounded down. Infinity without a figure for it. */
export function usersServed({ cores, requestsPerSecond }: LoadFigure, component: ComponentName, cpu: number): number {
  const needed = cores[component];
  if (needed === undefined) return Number.POSITIVE_INFINITY;
  // In binary floating point, 0.3 × 10 is slightly less than 3.
  return Math.floor((cpu / needed) * requestsPerSecond * SECONDS_BETWEEN_REQUESTS + 1e-6);
}

/** Returns the cores of a component that so many users need at once. 0 without a figure for it. */
export function coresNeeded(figure: LoadFigure, component: ComponentName, users: number): number {
  return ((figure.cores[component] ?? 0) / figure.requestsPerSecond) * (users / SECONDS_BETWEEN_REQUESTS);
}
