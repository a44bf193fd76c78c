import { type SizeChoice, sizeOf } from '../checklist/default-sets.ts';

/**
 * CPU that the api used per request and second: Alibaba Cloud's published SAE tier for 100 requests per second runs two api
 * instances of 8 CPU (help.aliyun.com/zh/sae/dify-performance-optimization).
 */
const API_CPU_PER_REQUEST_PER_SECOND = 0.16;

/** How often a user who is really working sends something. An estimate: a chat message every ten seconds. */
const SECONDS_BETWEEN_REQUESTS = 10;

/** Components whose work grows with the users. */
export type ScaledComponent = 'api' | 'worker';

/** Replicas that carry so many concurrent users, at least the tier's own. */
export function replicasForUsers(choice: SizeChoice, component: ScaledComponent, concurrentUsers: number): number {
  const size = sizeOf(choice, component);
  const cpu = (concurrentUsers / SECONDS_BETWEEN_REQUESTS) * API_CPU_PER_REQUEST_PER_SECOND;
  return Math.max(size.replicas, Math.ceil(cpu / Number(size.limits.cpu)));
}
