import { isObject } from '../../base/json.ts';
import { at, listAt, quantityAt, textAt } from '../../base/json-path.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { type Amounts, amounts } from '../rendered/demands.ts';
import { fromCluster } from './connect.ts';

/** Cores, bytes and counts by their names in quotas: `requests.cpu`, `pods`. */
export type QuotaAmounts = Readonly<Record<string, number>>;

export interface QuotaFact {
  readonly name: string;
  readonly hard: QuotaAmounts;
  readonly used: QuotaAmounts;
}

/**
 * One item of a LimitRange. A container without limits gets `defaults`, one without requests gets `defaultRequests`.
 */
export interface LimitRangeFact {
  readonly name: string;
  /** `Container`, `Pod`, `PersistentVolumeClaim`. */
  readonly type: string;
  readonly min: Amounts;
  readonly max: Amounts;
  readonly defaults: Amounts;
  readonly defaultRequests: Amounts;
}

export interface LimitsFact {
  /** Only quotas that count long-running pods of any priority. */
  readonly quotas: readonly QuotaFact[];
  readonly ranges: readonly LimitRangeFact[];
}
export const CLUSTER_LIMITS = evidenceKey<LimitsFact>('cluster.limits', 1);

/** Quotas with only these scopes count the pods of a Deployment too. */
const GENERAL_SCOPES = new Set(['NotTerminating', 'NotBestEffort']);

/** Quotas and limits of the namespace; empty for one that does not exist yet. */
export const clusterLimitsCollector: Collector<LimitsFact> = {
  key: CLUSTER_LIMITS,
  timeoutMs: 20_000,
  collect: async (context) => {
    const target = context.deployment?.target;
    if (target?.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
    const { namespace } = target;
    const list = <T>(resource: string, project: (item: unknown) => T | undefined) =>
      fromCluster(context, `list ${resource} in namespace ${namespace}`, (cluster) =>
        cluster.list(`/api/v1/namespaces/${namespace}/${resource}`, project, context.signal),
      );
    const [quotas, ranges] = await Promise.all([list('resourcequotas', quotaFact), list('limitranges', rangeFacts)]);
    return { quotas, ranges: ranges.flat() };
  },
};

/** The facts of a ResourceQuota. Undefined if it counts only other pods. */
export function quotaFact(quota: unknown): QuotaFact | undefined {
  const isGeneral = listAt(quota, 'spec', 'scopes').every((scope) => GENERAL_SCOPES.has(String(scope)));
  if (!isGeneral || listAt(quota, 'spec', 'scopeSelector', 'matchExpressions').length > 0) return undefined;
  const status = at(quota, 'status');
  return {
    name: textAt(quota, 'metadata', 'name'),
    hard: quotaAmounts(at(status, 'hard') ?? at(quota, 'spec', 'hard')),
    used: quotaAmounts(at(status, 'used')),
  };
}

/** The items of a LimitRange. */
export function rangeFacts(range: unknown): readonly LimitRangeFact[] {
  return listAt(range, 'spec', 'limits').map((line) => ({
    name: textAt(range, 'metadata', 'name'),
    type: textAt(line, 'type'),
    min: amounts(at(line, 'min')),
    max: amounts(at(line, 'max')),
    defaults: amounts(at(line, 'default')),
    defaultRequests: amounts(at(line, 'defaultRequest')),
  }));
}

function quotaAmounts(value: unknown): QuotaAmounts {
  const names = isObject(value) ? Object.keys(value) : [];
  return Object.fromEntries(names.map((name) => [name, quantityAt(value, name) ?? 0]));
}
