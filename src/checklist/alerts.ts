/** Which objects an alert is about, as a placeholder of its expression. */
export interface Alert {
  readonly name: string;
  /**
   * PromQL. `$NAMESPACE` is the deployment's namespace; `$NAMES` matches the names of Dify's Deployments, `$PODS` those
   * of their pods.
   */
  readonly expression: string;
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  /** What to run first. */
  readonly action: string;
}

const READY = 'kube_deployment_status_replicas_available{namespace="$NAMESPACE",deployment=~"$NAMES"}';
const WANTED = 'kube_deployment_spec_replicas{namespace="$NAMESPACE",deployment=~"$NAMES"}';

/**
 * What an operator must know at night, from metrics of kube-state-metrics (its docs/metrics: deployment, pod,
 * poddisruptionbudget, horizontalpodautoscaler) and of the kubelet (volume statistics). No process of Dify 1.16 serves
 * metrics, so nothing else can be asked.
 */
export const ALERTS: readonly Alert[] = [
  {
    name: 'DifyComponentDown',
    expression: `${READY} == 0 and ${WANTED} > 0`,
    for: '2m',
    severity: 'critical',
    summary: 'No pod of {{ $labels.deployment }} is available',
    action: 'kubectl -n {{ $labels.namespace }} describe deployment {{ $labels.deployment }}',
  },
  {
    name: 'DifyReplicasMissing',
    expression: `${READY} < ${WANTED}`,
    for: '15m',
    severity: 'warning',
    summary: '{{ $labels.deployment }} has fewer available pods than planned',
    action: 'kubectl -n {{ $labels.namespace }} get pods',
  },
  {
    name: 'DifyRestarts',
    expression: 'increase(kube_pod_container_status_restarts_total{namespace="$NAMESPACE",pod=~"$PODS"}[15m]) > 3',
    for: '0m',
    severity: 'warning',
    summary: 'Container {{ $labels.container }} of {{ $labels.pod }} restarts again and again',
    action: 'kubectl -n {{ $labels.namespace }} logs {{ $labels.pod }} -c {{ $labels.container }} --previous',
  },
  {
    name: 'DifyPodPending',
    expression: 'kube_pod_status_phase{namespace="$NAMESPACE",pod=~"$PODS",phase="Pending"} == 1',
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.pod }} cannot start',
    action: 'kubectl -n {{ $labels.namespace }} describe pod {{ $labels.pod }}',
  },
  {
    name: 'DifyDrainBlocked',
    expression:
      'kube_poddisruptionbudget_status_pod_disruptions_allowed{namespace="$NAMESPACE",poddisruptionbudget=~"$NAMES"} == 0',
    for: '15m',
    severity: 'warning',
    summary: 'Budget {{ $labels.poddisruptionbudget }} allows no disruption: a drain of a node would wait',
    action: 'kubectl -n {{ $labels.namespace }} describe poddisruptionbudget {{ $labels.poddisruptionbudget }}',
  },
  {
    name: 'DifyAutoscalerAtMaximum',
    expression:
      'kube_horizontalpodautoscaler_status_current_replicas{namespace="$NAMESPACE",horizontalpodautoscaler=~"$NAMES"} >= kube_horizontalpodautoscaler_spec_max_replicas{namespace="$NAMESPACE",horizontalpodautoscaler=~"$NAMES"}',
    for: '15m',
    severity: 'warning',
    summary: '{{ $labels.horizontalpodautoscaler }} runs at its maximum',
    action: 'kubectl -n {{ $labels.namespace }} describe hpa {{ $labels.horizontalpodautoscaler }}',
  },
  {
    name: 'DifyVolumeFull',
    expression:
      'kubelet_volume_stats_available_bytes{namespace="$NAMESPACE"} / kubelet_volume_stats_capacity_bytes{namespace="$NAMESPACE"} < 0.1',
    for: '15m',
    severity: 'warning',
    summary: 'Claim {{ $labels.persistentvolumeclaim }} has less than a tenth of its space left',
    action: 'kubectl -n {{ $labels.namespace }} describe pvc {{ $labels.persistentvolumeclaim }}',
  },
];

/**
 * For a certificate of cert-manager, whose controller serves its date of expiry (cert-manager.io, Prometheus Metrics).
 */
export const CERTIFICATE_ALERT: Alert = {
  name: 'DifyCertificateExpires',
  expression: 'certmanager_certificate_expiration_timestamp_seconds{namespace="$NAMESPACE"} - time() < 14 * 86400',
  for: '1h',
  severity: 'critical',
  summary: 'Certificate {{ $labels.name }} expires in less than 14 days',
  action: 'kubectl -n {{ $labels.namespace }} describe certificate {{ $labels.name }}',
};

/**
 * For the CronJobs of scheduled backups (kube-state-metrics, docs/metrics/workload/cronjob-metrics.md): one that is late
 * by a whole interval, also if it never succeeded, and one that is suspended. `gap`: seconds between two starts.
 */
export function backupAlerts(cronJobs: readonly { readonly name: string; readonly gap: number }[]): readonly Alert[] {
  const late = cronJobs.map(({ name, gap }): Alert => {
    const of = `{namespace="$NAMESPACE",cronjob="${name}"}`;
    const since = `(kube_cronjob_status_last_successful_time${of} or kube_cronjob_created${of})`;
    return {
      name: 'DifyScheduleLate',
      expression: `time() - max by (namespace, cronjob) ${since} > ${2 * gap}`,
      for: '15m',
      severity: 'critical',
      summary: '{{ $labels.cronjob }} has not succeeded for two of its intervals',
      action: 'kubectl -n {{ $labels.namespace }} get jobs, then the log of the newest one of {{ $labels.cronjob }}',
    };
  });
  const names = cronJobs.map(({ name }) => name).join('|');
  const suspended: Alert = {
    name: 'DifyScheduleSuspended',
    expression: `kube_cronjob_spec_suspend{namespace="$NAMESPACE",cronjob=~"${names}"} == 1`,
    for: '15m',
    severity: 'warning',
    summary: '{{ $labels.cronjob }} is suspended: nothing runs on its schedule',
    action: 'difyctl install, which undoes the change',
  };
  return cronJobs.length === 0 ? [] : [...late, suspended];
}

/** A panel of the dashboard: its title, its queries, and the unit of Grafana. */
export interface Panel {
  readonly title: string;
  readonly queries: readonly { readonly expression: string; readonly legend: string }[];
  readonly unit: 'short' | 'bytes' | 'percentunit';
}

const CONTAINERS = 'namespace="$NAMESPACE",pod=~"$PODS",container!=""';

/** Metrics of kube-state-metrics, and of cAdvisor in the kubelet (`container_*`). */
export const PANELS: readonly Panel[] = [
  {
    title: 'Available pods',
    queries: [{ expression: READY, legend: '{{deployment}}' }],
    unit: 'short',
  },
  {
    title: 'Missing pods',
    queries: [{ expression: `${WANTED} - ${READY}`, legend: '{{deployment}}' }],
    unit: 'short',
  },
  {
    title: 'Restarts in an hour',
    queries: [
      {
        expression:
          'sum by (pod) (increase(kube_pod_container_status_restarts_total{namespace="$NAMESPACE",pod=~"$PODS"}[1h]))',
        legend: '{{pod}}',
      },
    ],
    unit: 'short',
  },
  {
    title: 'CPU',
    queries: [
      {
        expression: `sum by (pod) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[5m]))`,
        legend: '{{pod}}',
      },
    ],
    unit: 'short',
  },
  {
    title: 'Memory',
    queries: [{ expression: `sum by (pod) (container_memory_working_set_bytes{${CONTAINERS}})`, legend: '{{pod}}' }],
    unit: 'bytes',
  },
  {
    title: 'Throttled CPU periods',
    queries: [
      {
        expression: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${CONTAINERS}}[5m])) / sum by (pod) (rate(container_cpu_cfs_periods_total{${CONTAINERS}}[5m]))`,
        legend: '{{pod}}',
      },
    ],
    unit: 'percentunit',
  },
];
