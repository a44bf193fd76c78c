import type { Workload } from './observation/workload.ts';
import type { PublishedTime } from './report.ts';

/**
 * A node that no longer reports is marked after this time: `--node-monitor-grace-period` of the controller manager
 * (kubernetes.io, kube-controller-manager reference, default since 1.32; 40 s before).
 */
const DETECTION_SECONDS = 50;

/** A volume of a lost node is detached by force after this time (kubernetes.io, Nodes, Non-graceful node shutdown). */
const FORCED_DETACH_SECONDS = 360;

/** Returns the times that a simulation does not show and that a lost node adds in a real cluster. */
export function publishedTimes(workloads: readonly Workload[]): readonly PublishedTime[] {
  const of = (matching: readonly Workload[]): string => matching.map(({ component }) => component).join(', ');
  const groups = (seconds: (workload: Workload) => number): readonly (readonly [number, readonly Workload[]])[] =>
    [...new Set(workloads.map(seconds))]
      .filter((value) => value > 0 && Number.isFinite(value))
      .sort((a, b) => a - b)
      .map((value) => [value, workloads.filter((workload) => seconds(workload) === value)]);
  const mounting = workloads.filter(({ mountsVolume }) => mountsVolume);
  return [
    {
      ...{ name: 'detection', seconds: DETECTION_SECONDS, appliesTo: 'every lost node' },
      source: 'kube-controller-manager --node-monitor-grace-period, default since Kubernetes 1.32',
    },
    ...groups(({ evictedAfter }) => evictedAfter).map(
      ([seconds, own]): PublishedTime => ({
        ...{ name: 'eviction', seconds, appliesTo: of(own) },
        source: 'tolerations of the rendered set; 300 s is the default of Kubernetes',
      }),
    ),
    ...groups(({ readinessSeconds }) => readinessSeconds).map(
      ([seconds, own]): PublishedTime => ({
        ...{ name: 'start', seconds, appliesTo: of(own) },
        source: 'readinessProbe.initialDelaySeconds of the rendered set; image pulls and slow starts come on top',
      }),
    ),
    ...(mounting.length === 0
      ? []
      : [
          {
            ...({ name: 'volume-attach', seconds: FORCED_DETACH_SECONDS, appliesTo: of(mounting) } as const),
            source: 'kubernetes.io, Nodes: volumes of a lost node are detached by force after 6 minutes',
          },
        ]),
  ];
}

/** What a rehearsal cannot show. */
export const LIMITS: readonly string[] = [
  'No container runs: images, probes, configuration and start-up are not tested.',
  'External services are not contacted: a failover of PostgreSQL, Redis or object storage is not part of it.',
  'Volumes attach at once. Preflight checks the access modes of storage classes.',
  'Pods of others have their requests, priorities and node rules; their affinities to pods and budgets are not copied.',
];
