import { formatBytes, formatCpu } from '../../base/quantity.ts';
import { CLUSTER_LIMITS, type LimitRangeFact } from '../../evidence/cluster/limits.ts';
import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import type { ContainerDemands } from '../../evidence/rendered/demands.ts';
import { type PlannedClaim, RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, pass, some } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';
import { newClaims } from './storage-class.ts';

const RESOURCES = [
  ['cpu', formatCpu],
  ['memory', formatBytes],
] as const;

export const clusterLimitRange: Check = {
  id: 'cluster.limit-range',
  title: 'the limit ranges of the namespace allow every container and claim',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_LIMITS, RENDERED_OBJECTS],
  optional: [CLUSTER_RELEASE],
  remedy: 'ask for a change of the LimitRange, or set components.<name>.resources within it',
  judge: (context) => {
    const { ranges } = context.evidence(CLUSTER_LIMITS);
    const lines = ranges.filter(({ type }) => type === 'Container');
    const forClaims = ranges.filter(({ type }) => type === 'PersistentVolumeClaim');
    if (lines.length + forClaims.length === 0) return pass('no limit range for containers or claims in the namespace');
    const containers = context
      .evidence(RENDERED_OBJECTS)
      .workloads.flatMap(({ name, demands }) =>
        demands.containers.flatMap((container) =>
          lines.flatMap((line) => refusals(container, line).map((why) => `${name}/${container.name} ${why}`)),
        ),
      );
    const claims = newClaims(context).flatMap((claim) => forClaims.flatMap((line) => claimRefusals(claim, line)));
    const refused = [...claims, ...containers];
    const expected = 'requests and limits within the limit range';
    if (refused.length === 0) return pass('every container and claim is within the limit ranges', expected);
    const who = claims.length === 0 ? 'pods' : containers.length === 0 ? 'claims' : 'claims and pods';
    return finding('fail', {
      observed: some(refused, 3),
      expected,
      message: `${who} would be refused: ${some(refused, 3)}`,
    });
  },
};

function claimRefusals({ name, storage }: PlannedClaim, { name: range, min, max }: LimitRangeFact): readonly string[] {
  if (max.storage !== undefined && storage > max.storage)
    return [`claim ${name} requests ${formatBytes(storage)}, ${range} allows at most ${formatBytes(max.storage)}`];
  if (min.storage !== undefined && storage < min.storage)
    return [`claim ${name} requests ${formatBytes(storage)}, ${range} requires at least ${formatBytes(min.storage)}`];
  return [];
}

/** Why a LimitRange refuses a container. Missing requests and limits are filled in first, as the API server does. */
function refusals({ requests, limits }: ContainerDemands, line: LimitRangeFact): readonly string[] {
  return RESOURCES.flatMap(([of, words]) => {
    const limit = limits[of] ?? line.defaults[of] ?? line.max[of];
    const request = requests[of] ?? limits[of] ?? line.defaultRequests[of] ?? limit;
    const [min, max] = [line.min[of], line.max[of]];
    if (limit !== undefined && max !== undefined && limit > max)
      return [`has a limit of ${words(limit)} of ${of}, ${line.name} allows at most ${words(max)}`];
    if (request !== undefined && min !== undefined && request < min)
      return [`requests ${words(request)} of ${of}, ${line.name} requires at least ${words(min)}`];
    if (request !== undefined && limit !== undefined && request > limit)
      return [`requests ${words(request)} of ${of}, more than the limit of ${words(limit)} that ${line.name} sets`];
    return [];
  });
}
