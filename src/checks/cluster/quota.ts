import { formatBytes, formatCpu } from '../../base/quantity.ts';
import { STORAGE_CLASSES } from '../../evidence/cluster/classes.ts';
import {
  CLUSTER_LIMITS,
  type LimitRangeFact,
  type QuotaAmounts,
  type QuotaFact,
} from '../../evidence/cluster/limits.ts';
import { QUOTA_OWN } from '../../evidence/cluster/quota-own.ts';
import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import type { Amounts } from '../../evidence/rendered/demands.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../../evidence/rendered/set.ts';
import type { Check, JudgeContext } from '../check.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';
import { type Asked, askedOf } from './quota-asked.ts';
import { newClaims } from './storage-class.ts';

/** Quota resources for which the API server refuses every container without this request or limit. */
const MUST_SAY: Readonly<Record<string, readonly [kind: 'requests' | 'limits', of: 'cpu' | 'memory']>> = {
  cpu: ['requests', 'cpu'],
  'requests.cpu': ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
};

export const clusterQuota: Check = {
  id: 'cluster.quota',
  title: 'the quotas of the namespace allow the plan',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_LIMITS, RENDERED_OBJECTS, QUOTA_OWN],
  optional: [CLUSTER_RELEASE, STORAGE_CLASSES],
  remedy: 'ask for a larger quota, or plan fewer replicas or smaller requests (components.<name>)',
  judge: (context) => {
    const { quotas, ranges } = context.evidence(CLUSTER_LIMITS);
    if (quotas.length === 0) return pass('no quota in the namespace');
    const planned = askedIn(context);
    const own = context.evidence(QUOTA_OWN);
    const short = quotas.flatMap((quota) => shortages(quota, planned, own));
    const silent = quotas.flatMap((quota) => silences(quota, planned, ranges));
    const expected = 'quotas that allow the whole plan';
    if (short.length > 0)
      return finding('fail', { observed: some(short), expected, message: `the quota is too small: ${some(short)}` });
    if (silent.length > 0) {
      return finding('fail', {
        observed: some(silent),
        expected: 'requests and limits for every container if a quota counts them',
        remedy: 'set components.<name>.resources, or create a LimitRange with defaults in the namespace',
      });
    }
    return pass(
      `${listed(quotas.map(({ name }) => name))} ${quotas.length === 1 ? 'allows' : 'allow'} the plan`,
      expected,
    );
  },
};

function askedIn(context: JudgeContext): Asked {
  const claims = newClaims(context);
  return {
    ...context.evidence(RENDERED_OBJECTS),
    claims,
    classes: context.optionalEvidence(STORAGE_CLASSES)?.data ?? [],
  };
}

function shortages({ name, hard, used }: QuotaFact, planned: Asked, own: QuotaAmounts): readonly string[] {
  return Object.entries(hard).flatMap(([resource, most]) => {
    const asked = askedOf(resource, planned) ?? 0;
    // What the release uses is in the plan; what others use is not available.
    const left = most - Math.max(0, (used[resource] ?? 0) - (own[resource] ?? 0));
    // Sums of floats have rounding errors.
    if (asked <= left * (1 + 1e-9)) return [];
    return [
      `${name} leaves ${amount(resource, Math.max(0, left))} of ${resource}, the plan requests ${amount(resource, asked)}`,
    ];
  });
}

/** The containers that the API server would refuse because they have no request or limit that a quota counts. */
function silences(
  { name, hard }: QuotaFact,
  { workloads }: RenderedSet,
  ranges: readonly LimitRangeFact[],
): readonly string[] {
  const lines = ranges.filter(({ type }) => type === 'Container');
  return Object.keys(hard).flatMap((resource) => {
    const [kind, of] = MUST_SAY[resource] ?? [];
    if (kind === undefined || of === undefined) return [];
    const isFilled = lines.some(({ defaults, defaultRequests }) =>
      kind === 'limits' ? defaults[of] !== undefined : (defaultRequests[of] ?? defaults[of]) !== undefined,
    );
    const silent = isFilled
      ? []
      : workloads.filter(({ demands }) => demands.containers.some((one) => !says(one, kind, of)));
    return silent.length === 0
      ? []
      : [`${name} counts ${resource}, but ${some(silent.map((one) => one.name))} set no ${resource}`];
  });
}

/** True if the request or limit is set. A limit also counts as the request. */
function says(
  { requests, limits }: { readonly requests: Amounts; readonly limits: Amounts },
  kind: 'requests' | 'limits',
  of: 'cpu' | 'memory',
): boolean {
  return limits[of] !== undefined || (kind === 'requests' && requests[of] !== undefined);
}

function amount(resource: string, value: number): string {
  if (resource.endsWith('cpu')) return formatCpu(value);
  return /(memory|storage)$/.test(resource) ? formatBytes(value) : `${value}`;
}
