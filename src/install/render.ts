import type { Deployment } from '../deployment/schema/deployment.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import type { ChartFacts, Rendered } from '../render/rendered.ts';

/** Secrets → the rendered set of one deployment; pure. */
export type Render = (secrets: SecretValues) => Rendered;

export interface RenderInputs {
  /** Absolute folder of difyctl.yaml. */
  readonly baseDirectory: string;
  /** The chart's, for Kubernetes. */
  readonly facts: ChartFacts | undefined;
}

/** The renderer of the deployment's target, loaded only now. */
export async function loadRenderer(deployment: Deployment, { baseDirectory, facts }: RenderInputs): Promise<Render> {
  if (deployment.target.type === 'compose') {
    const { renderCompose } = await import('../render/compose/render.ts');
    return (secrets) => renderCompose(deployment, secrets, { baseDirectory });
  }
  if (facts === undefined) throw new Error('Kubernetes is rendered from chart facts, and there are none');
  const { renderKubernetes } = await import('../render/kubernetes/render.ts');
  return (secrets) => renderKubernetes(deployment, secrets, facts);
}
