import { CONNECTIONS } from '../../checklist/postgres.ts';
import { connectionBudget, sumOf, withMargin } from '../../deployment/connection-budget.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';

/** Upstream's documented value since 1.14. */
const LEAST = 200;

/**
 * `max_connections` of the bundled PostgreSQL: the connections that all planned processes may open, plus 10 %, and at
 * least upstream's 200.
 */
export function maxConnections(deployment: Deployment): number {
  const { main, plugin } = connectionBudget(deployment);
  const needed = sumOf(main) + sumOf(plugin) + CONNECTIONS.people + CONNECTIONS.superuserReserved;
  return Math.max(LEAST, withMargin(needed));
}
