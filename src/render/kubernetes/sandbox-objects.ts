import type { JsonObject } from '../../base/json.ts';
import type { KubernetesObject } from '../rendered.ts';
import { autoscaler } from './autoscaler.ts';
import type { ComponentContext } from './components.ts';
import { environmentItem } from './extra-env.ts';
import { GRACEFUL } from './graceful.ts';
import { POD_SECURITY } from './hardening.ts';
import { imageValues } from './image-values.ts';
import { componentFullName, podLabels } from './names.ts';
import { ownObject } from './own-object.ts';
import { placement } from './placement.ts';

const PORT = 8194;

/**
 * Deployment, Service and autoscaler of the code sandbox, for a chart whose own sandbox cannot read its key from
 * difyctl's Secret (`sandboxBeside`). Ports and health probes are the chart's. Empty for other charts.
 */
export function sandboxObjects(context: ComponentContext): readonly KubernetesObject[] {
  const { deployment, planned, names, profile } = context;
  if (!profile.sandboxBeside || !planned.sandbox.enabled) return [];
  const name = componentFullName(names, 'sandbox');
  const selector = { ...podLabels(names, 'sandbox') };
  const spec = {
    replicas: planned.sandbox.replicas,
    selector: { matchLabels: selector },
    template: { metadata: { labels: selector }, spec: podSpec(context) },
  };
  const service = { selector, ports: [{ name: 'http', port: PORT, targetPort: 'http' }] };
  return [
    ownObject(deployment, 'deployment', name, { spec }, selector),
    ...autoscaler(deployment, planned.sandbox, name),
    ownObject(deployment, 'service', name, { spec: service }, selector),
  ];
}

function podSpec(context: ComponentContext): JsonObject {
  const { deployment, planned, environment, secretName } = context;
  const { sandbox: image } = imageValues(deployment);
  const { repository, tag } = image;
  const pull = deployment.images?.pullSecret;
  const { sandbox } = planned;
  return {
    terminationGracePeriodSeconds: GRACEFUL.seconds,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: POD_SECURITY,
    ...(pull === undefined ? {} : { imagePullSecrets: [{ name: pull }] }),
    ...placement(context, 'sandbox'),
    containers: [
      {
        name: 'sandbox',
        image: `${repository}:${tag}`,
        imagePullPolicy: 'IfNotPresent',
        lifecycle: GRACEFUL.lifecycle,
        ports: [{ name: 'http', containerPort: PORT }],
        env: environment.sandbox
          .toSorted((a, b) => (a.name < b.name ? -1 : 1))
          .map((entry) => environmentItem(entry, secretName)),
        resources: { requests: { ...sandbox.requests }, limits: { ...sandbox.limits } },
        livenessProbe: { ...health(), periodSeconds: 10, failureThreshold: 3 },
        readinessProbe: { ...health(), periodSeconds: 10, failureThreshold: 3 },
      },
    ],
  };
}

function health(): JsonObject {
  return { httpGet: { path: '/health', port: 'http' }, initialDelaySeconds: 10, timeoutSeconds: 5 };
}
