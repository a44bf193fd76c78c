import type { Deployment } from '../../../../src/deployment/schema/deployment.ts';
import type { SecretValues } from '../../../../src/deployment/secrets.ts';
import { renderKubernetes } from '../../../../src/render/kubernetes/render.ts';
import type { ChartFacts, RenderedKubernetes } from '../../../../src/render/rendered.ts';
import { parsedDeployment, SAMPLE_NAMES, sampleDeployment, urls } from '../../../support/deployments.ts';
import { fakeSecrets } from '../../../support/secrets.ts';
import { fixtureFacts } from './charts.ts';

/** The CA file that the samples name. */
export const FILES: ReadonlyMap<string, string> = new Map([
  ['./ca.pem', '-----BEGIN CERTIFICATE-----\nnot a real one\n-----END CERTIFICATE-----\n'],
]);

/** Every sample that goes to Kubernetes. */
export const KUBERNETES_SAMPLES = SAMPLE_NAMES.filter((name) => sampleDeployment(name).target.type === 'kubernetes');

/** A Kubernetes deployment of the test tier from a part of a file. */
export function kubernetesDeployment(over: Readonly<Record<string, unknown>> = {}): Deployment {
  return parsedDeployment({
    apiVersion: 'difyctl/v1',
    tier: 'test',
    target: { type: 'kubernetes' },
    urls: urls('https://dify.example.com'),
    ...JSON.parse(JSON.stringify(over)),
  });
}

export function rendered(
  deployment: Deployment,
  secrets: SecretValues = fakeSecrets(deployment),
  facts: ChartFacts = fixtureFacts(),
): RenderedKubernetes {
  return renderKubernetes(deployment, secrets, facts, FILES);
}

export function fileOf(set: RenderedKubernetes, path: string): string {
  const file = set.files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`no ${path} among ${set.files.map((one) => one.path).join(', ')}`);
  return file.content;
}
