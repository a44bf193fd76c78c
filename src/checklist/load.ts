import { type SizeChoice, sizeOf } from './default-sets.ts';

/**
 * CPU cores of the api per request per second: Alibaba Cloud's published SAE tier for 100 requests per second runs two
 * api instances of 8 CPU (help.aliyun.com/zh/sae/dify-performance-optimization).
 */
export const API_CPU_PER_REQUEST_PER_SECOND = 0.16;

/** Seconds between two requests of an active user. An estimate: a chat message every ten seconds. */
export const SECONDS_BETWEEN_REQUESTS = 10;

/** Returns the users that this many CPU cores of the api serve at once; rounded down. */
export function usersServed(cpu: number): number {
  return Math.floor((cpu / API_CPU_PER_REQUEST_PER_SECOND) * SECONDS_BETWEEN_REQUESTS + 1e-6);
}

/** Components whose load grows with the number of users. */
export type ScaledComponent = 'api' | 'worker';

/** Returns the replicas for a number of concurrent users; at least the tier's default. */
export function replicasForUsers(choice: SizeChoice, component: ScaledComponent, concurrentUsers: number): number {
  const size = sizeOf(choice, component);
  const cpu = (concurrentUsers / SECONDS_BETWEEN_REQUESTS) * API_CPU_PER_REQUEST_PER_SECOND;
  return Math.max(size.replicas, Math.ceil(cpu / Number(size.limits.cpu)));
}
