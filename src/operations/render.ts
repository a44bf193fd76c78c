import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
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
  const files = await certificateFiles(deployment, baseDirectory);
  return (secrets) => renderKubernetes(deployment, secrets, facts, files);
}

/** The CA files that the deployment names; one that cannot be read is missing here, and the renderer says so. */
async function certificateFiles(deployment: Deployment, baseDirectory: string): Promise<ReadonlyMap<string, string>> {
  const { authorities } = await import('../render/dify-env/authorities.ts');
  const found = new Map<string, string>();
  for (const { path } of authorities(deployment)) {
    const content = await readFile(resolve(baseDirectory, path), 'utf8').catch(() => undefined);
    if (content !== undefined) found.set(path, content);
  }
  return found;
}
