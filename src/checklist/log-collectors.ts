/** A program that collects the logs of containers on every node, and the DaemonSet or image that shows it. */
export interface LogCollector {
  readonly title: string;
  /** Matches the name of the DaemonSet, or the repository of one of its images. */
  readonly pattern: RegExp;
}

/**
 * Sources: the Helm charts and add-ons of each vendor (fluent/helm-charts, vector.dev, grafana/helm-charts,
 * elastic/beats, DataDog/helm-charts, open-telemetry/opentelemetry-helm-charts; GKE `fluentbit-gke`, AKS `ama-logs`,
 * EKS `aws-for-fluent-bit`, ACK `logtail-ds` and `loongcollector-ds`).
 */
export const LOG_COLLECTORS: readonly LogCollector[] = [
  { title: 'Fluent Bit', pattern: /fluent-?bit/ },
  { title: 'Fluentd', pattern: /fluentd/ },
  { title: 'Vector', pattern: /(^|[-/])vector($|-)/ },
  { title: 'Promtail', pattern: /promtail/ },
  { title: 'Grafana Alloy', pattern: /(^|[-/])alloy($|-)/ },
  { title: 'Filebeat', pattern: /filebeat/ },
  { title: 'Elastic Agent', pattern: /elastic-agent/ },
  { title: 'Datadog Agent', pattern: /datadog/ },
  { title: 'OpenTelemetry Collector', pattern: /opentelemetry-collector|otel-collector/ },
  { title: 'Azure Monitor', pattern: /^ama-logs/ },
  { title: 'Logtail', pattern: /logtail|loongcollector/ },
];
