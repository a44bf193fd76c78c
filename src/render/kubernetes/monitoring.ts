import type { JsonObject } from '../../base/json.ts';
import { ALERTS, type Alert, backupAlerts, CERTIFICATE_ALERT } from '../../checklist/alerts.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import { scheduledWork } from '../../deployment/scheduled-work.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesTarget } from '../../deployment/schema/target.ts';
import type { KubernetesObject } from '../rendered.ts';
import { dashboard } from './dashboard.ts';
import { type ChartNames, componentFullName, cronJobName, poolFullName } from './names.ts';
import { ownObject } from './own-object.ts';

type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

/** The label by which Grafana's sidecar finds a dashboard (chart of grafana, `sidecar.dashboards.label`). */
const DASHBOARD_LABELS = { grafana_dashboard: '1' } as const;

/** The rules and the dashboard that `target.monitoring` asks for; otherwise nothing. */
export function monitoring(deployment: Deployment, planned: Planned, names: ChartNames): readonly KubernetesObject[] {
  const { target } = deployment;
  if (target.type !== 'kubernetes') return [];
  const { rules, dashboard: isShown, labels } = target.monitoring;
  const fill = filler(target, planned, names);
  return [
    ...(rules
      ? [ownObject(deployment, 'prometheusRule', names.full, { spec: groups(deployment, names, fill) }, labels)]
      : []),
    ...(isShown
      ? [
          ownObject(
            deployment,
            'configMap',
            `${names.full}-dashboard`,
            { data: { [`${names.full}.json`]: `${JSON.stringify(dashboard(names.full, fill), null, 2)}\n` } },
            { ...DASHBOARD_LABELS, ...labels },
          ),
        ]
      : []),
  ];
}

/** Puts names into an expression; see `Alert`. */
function filler({ namespace }: KubernetesTarget, planned: Planned, names: ChartNames): (expression: string) => string {
  const full = COMPONENTS.filter((name) => planned[name].enabled).map((name) => componentFullName(names, name));
  const pools = names.pools.map((pool) => poolFullName(names, pool));
  const any = `(${[...full, ...pools].join('|')})`;
  return (expression) =>
    expression.replaceAll('$NAMESPACE', namespace).replaceAll('$NAMES', any).replaceAll('$PODS', `${any}-.+`);
}

function groups(deployment: Deployment, names: ChartNames, fill: (expression: string) => string): JsonObject {
  const { target } = deployment;
  const issuer = target.type === 'kubernetes' ? target.ingress?.tls?.issuer : undefined;
  const scheduled = scheduledWork(deployment).map(({ name, gap }) => ({ name: cronJobName(names, name), gap }));
  const certificate = issuer === undefined ? [] : [CERTIFICATE_ALERT];
  const alerts = [...ALERTS, ...certificate, ...backupAlerts(scheduled)];
  return { groups: [{ name: 'dify', rules: alerts.map((alert) => ruleOf(alert, fill)) }] };
}

function ruleOf({ name, expression, for: held, severity, summary, action }: Alert, fill: (text: string) => string) {
  return {
    alert: name,
    expr: fill(expression),
    for: held,
    labels: { severity },
    annotations: { summary, description: `First step: ${action}` },
  };
}
