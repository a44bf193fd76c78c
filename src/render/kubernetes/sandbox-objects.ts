import type { JsonObject } from '../../base/json.ts';
import { ownLabels } from '../../base/own-labels.ts';
import type { KubernetesObject } from '../rendered.ts';
import { type ComponentContext, placement } from './components.ts';
import { environmentItem } from './extra-env.ts';
import { imageValues } from './image-values.ts';
import { componentFullName, podLabels } from './names.ts';

const PORT = 8194;

/**
 * Deployment and Service of the code sandbox, for a chart whose own sandbox cannot read its key from difyctl's Secret
 * (`sandboxBeside`). Ports and health probes are the chart's. Empty for other charts.
 */
export function sandboxObjects(context: ComponentContext): readonly KubernetesObject[] {
  const { deployment, planned, names, profile } = context;
  if (!profile.sandboxBeside || !planned.sandbox.enabled) return [];
  const metadata = {
    name: componentFullName(names, 'sandbox'),
    ...(deployment.target.type === 'kubernetes' ? { namespace: deployment.target.namespace } : {}),
    labels: { ...ownLabels(deployment.name), ...podLabels(names, 'sandbox') },
  };
  const selector = { ...podLabels(names, 'sandbox') };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: planned.sandbox.replicas,
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: podSpec(context) },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector, ports: [{ name: 'http', port: PORT, targetPort: 'http' }] },
    },
  ];
}

function podSpec(context: ComponentContext): JsonObject {
  const { deployment, planned, environment, secretName } = context;
  const { sandbox: image } = imageValues(deployment);
  const { repository, tag } = image;
  const pull = deployment.images?.pullSecret;
  const { sandbox } = planned;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pull === undefined ? {} : { imagePullSecrets: [{ name: pull }] }),
    ...placement(context, 'sandbox'),
    containers: [
      {
        name: 'sandbox',
        image: `${repository}:${tag}`,
        imagePullPolicy: 'IfNotPresent',
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
