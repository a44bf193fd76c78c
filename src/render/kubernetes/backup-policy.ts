import { ownLabels } from '../../base/own-labels.ts';
import { METADATA_ADDRESSES } from '../../checklist/private-addresses.ts';
import type { ScheduledWork } from '../../deployment/scheduled-work.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesObject } from '../rendered.ts';
import { blocks, dns, needsMetadata } from './network-policies.ts';
import { ownObject } from './own-object.ts';

/**
 * The NetworkPolicy of the pods of CronJobs, if `target.networkPolicy` is enabled: nothing reaches them, and they reach
 * everything except the cloud's metadata. The addresses of the API server, the databases and the repository are not
 * known here.
 */
export function backupPolicy(
  deployment: Deployment,
  name: string,
  scheduled: readonly ScheduledWork[],
): readonly KubernetesObject[] {
  const { target, recovery } = deployment;
  if (target.type !== 'kubernetes' || !target.networkPolicy.enabled) return [];
  const { s3, azureBlob, gcs, rest } = recovery?.backup ?? {};
  const hasLogin = [s3, azureBlob, gcs, rest].some((login) => login !== undefined);
  const except = hasLogin && !needsMetadata(deployment) ? METADATA_ADDRESSES : [];
  return [
    ownObject(deployment, 'networkPolicy', name, {
      spec: {
        podSelector: {
          matchLabels: { ...ownLabels(deployment.name) },
          matchExpressions: [
            { key: 'app.kubernetes.io/component', operator: 'In', values: scheduled.map((work) => work.name) },
          ],
        },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [],
        egress: [dns(), { to: [{ namespaceSelector: {} }, ...blocks(except)] }],
      },
    }),
  ];
}
