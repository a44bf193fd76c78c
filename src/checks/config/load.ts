import { parseQuantity } from '../../base/quantity.ts';
import { API_CPU_PER_REQUEST_PER_SECOND, SECONDS_BETWEEN_REQUESTS, usersServed } from '../../checklist/load.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Planned } from '../planned.ts';

/** The users that the planned api serves, beside those that the file expects. */
export interface LoadVerdict {
  readonly isEnough: boolean;
  /** `3 replicas of api with 4 CPU serve about 750 users at once (…)` */
  readonly words: string;
  /** Replicas of the api that serve the expected users. */
  readonly needed: number;
}

/**
 * Compares `load.concurrentUsers` with the CPU limits of the api. `planned` has autoscaled components at their maxima.
 * Undefined if the file expects no number of users. An estimate: the figure is of one published load test.
 */
export function judgeLoad({ load }: Deployment, { api }: Planned): LoadVerdict | undefined {
  const users = load?.concurrentUsers;
  const cpu = parseQuantity(api.limits.cpu);
  if (users === undefined || !(cpu > 0)) return undefined;
  const served = usersServed(api.replicas * cpu);
  const figure = `${API_CPU_PER_REQUEST_PER_SECOND} CPU for each request per second, a request of each user every ${SECONDS_BETWEEN_REQUESTS} s`;
  return {
    isEnough: served >= users,
    words: `${api.replicas} × api with ${api.limits.cpu} CPU serve about ${served} users at once (${figure})`,
    needed: Math.ceil(users / usersServed(cpu)),
  };
}
