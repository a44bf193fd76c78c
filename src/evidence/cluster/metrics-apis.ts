import { KubectlError } from '../../exec/kubectl.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromCluster } from './connect.ts';

/** `silent`: registered, but its server does not answer. */
export type ApiState = 'serves' | 'silent' | 'missing';

/** The metrics APIs that planned autoscalers read, by group. */
export const METRICS_APIS = evidenceKey<Readonly<Record<string, ApiState>>>('cluster.metrics-apis', 1);

/** Reads the API groups themselves, which every authenticated user may do. */
export const metricsApisCollector: Collector<Readonly<Record<string, ApiState>>> = {
  key: METRICS_APIS,
  timeoutMs: 140_000,
  collect: async (context, need) => {
    const { autoscalers } = await need(RENDERED_OBJECTS);
    const groups = [...new Set(autoscalers.flatMap(({ apis }) => apis))];
    const states = groups.map(async (group) => {
      const path = `/apis/${group}/v1beta1`;
      const state = await fromCluster(context, `get ${path}`, async (cluster): Promise<ApiState> => {
        try {
          await cluster.get(path, context.signal);
          return 'serves';
        } catch (error) {
          if (!(error instanceof KubectlError)) throw error;
          if (error.reason === 'not-found') return 'missing';
          if (/unable to handle the request|ServiceUnavailable|service unavailable/i.test(error.message))
            return 'silent';
          throw error;
        }
      });
      return [group, state] as const;
    });
    return Object.fromEntries(await Promise.all(states));
  },
};
