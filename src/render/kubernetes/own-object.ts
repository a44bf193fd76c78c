import type { JsonObject } from '../../base/json.ts';
import { ownLabels } from '../../base/own-labels.ts';
import { OWN_KINDS, type OwnKindName } from '../../checklist/own-kinds.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesObject } from '../rendered.ts';

/**
 * An object outside the chart, in the deployment's namespace, with difyctl's labels and `labels`. The only way to make
 * one: an object of another kind could be neither pruned nor removed.
 */
export function ownObject(
  { name: deployment, target }: Deployment,
  kind: OwnKindName,
  name: string,
  body: JsonObject,
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  const own = OWN_KINDS[kind];
  return {
    apiVersion: own.apiVersion,
    kind: own.kind,
    metadata: {
      name,
      ...(target.type === 'kubernetes' ? { namespace: target.namespace } : {}),
      labels: { ...ownLabels(deployment), ...labels },
    },
    ...body,
  };
}
