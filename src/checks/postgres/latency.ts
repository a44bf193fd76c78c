import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { warning } from '../when.ts';
import { ofPostgres, postgresContext, serverIn } from './context.ts';

/**
 * Milliseconds of a trivial query. A page of the console and a step of a workflow ask dozens, one after the other: from 20 ms on that is felt, as it
 * is between regions; within one, it is below 5.
 */
const SLOW_MS = 20;

export const postgresLatency: Check = {
  ...ofPostgres,
  id: 'postgres.latency',
  title: 'PostgreSQL answers quickly',
  severity: warning,
  remedy: 'run Dify in the region and network of its PostgreSQL',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const [p50, p95] = [percentile(server.latencies, 0.5), percentile(server.latencies, 0.95)];
    const observed = `p50 ${p50} ms, p95 ${p95} ms`;
    const expected = `p50 below ${SLOW_MS} ms`;
    if (p50 < SLOW_MS) return pass(observed, expected);
    // A cluster is nearer or farther than this machine, and its relay is reached from here: neither way is the one that Dify's queries go.
    if (seen.deployment.target.type === 'kubernetes')
      return pass(`${observed} from here; the cluster's own way is another`, expected);
    return finding('warn', { observed, expected });
  },
};

/** Of sorted values, by the nearest rank. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
