import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesObject } from '../rendered.ts';
import { ownObject } from './own-object.ts';

/**
 * The autoscaler of a Deployment that difyctl creates, as the chart would write it. None without `autoscaling`, and
 * none if KEDA scales it (`queueScalers`).
 */
export function autoscaler(
  deployment: Deployment,
  { replicas, autoscaling }: PlannedComponent,
  name: string,
): readonly KubernetesObject[] {
  if (autoscaling === undefined || autoscaling.queueLength !== undefined) return [];
  const targets = { cpu: autoscaling.cpuPercent, memory: autoscaling.memoryPercent };
  const metrics = Object.entries(targets).flatMap(([resource, percent]) =>
    percent === undefined
      ? []
      : [
          {
            type: 'Resource',
            resource: { name: resource, target: { type: 'Utilization', averageUtilization: percent } },
          },
        ],
  );
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  const spec = { scaleTargetRef, minReplicas: replicas, maxReplicas: autoscaling.maxReplicas, metrics };
  return [ownObject(deployment, 'autoscaler', name, { spec })];
}
