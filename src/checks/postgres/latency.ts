import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { warning } from '../when.ts';
import { ofPostgres, postgresContext, serverIn } from './context.ts';

/**
 * Milliseconds of a trivial query. A page of the console and a step of a workflow send dozens, one after the other:
 * users notice 20 ms and more, as between regions; within one region it is below 5.
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
    // The cluster is nearer or farther than this machine, and its relay is reached from here: neither is the path of
    // Dify's queries.
    if (seen.deployment.target.type === 'kubernetes')
      return pass(`${observed} from this machine; the cluster uses another network path`, expected);
    return finding('warn', { observed, expected });
  },
};

/** Percentile of sorted values by the nearest rank; 0 if there are none. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
