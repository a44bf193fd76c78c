import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault, Interrupted } from '../base/errors.ts';
import type { Result } from '../base/result.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import { helm } from '../exec/helm.ts';
import type { ChartFacts, Rendered } from '../render/rendered.ts';
import type { ResolvedSecrets } from '../state/secrets/resolve.ts';
import { type LocalChart, loadChart } from './chart.ts';
import { chartLogin } from './chart-login.ts';
import type { DeploymentContext } from './open-deployment.ts';

export interface RenderedWithChart {
  /** Kubernetes only; undefined if rendering failed. */
  readonly chart: LocalChart | undefined;
  readonly rendered: Result<Rendered, Fault>;
}

/**
 * Loads the chart (Kubernetes) and renders. A Fault is returned as the result. Throws Interrupted for an aborted
 * signal.
 */
export async function renderDeployment(
  opened: DeploymentContext,
  secrets: ResolvedSecrets,
  signal: AbortSignal,
): Promise<RenderedWithChart> {
  const { deployment, baseDirectory } = opened;
  let chart: LocalChart | undefined;
  try {
    chart = await loadDeploymentChart(opened, secrets, signal);
    const render = await loadRenderer(deployment, { baseDirectory, facts: chart?.facts });
    return { chart, rendered: { ok: true, value: render(secrets) } };
  } catch (error) {
    await chart?.dispose();
    if (!(error instanceof Fault) || error instanceof Interrupted) throw error;
    return { chart: undefined, rendered: { ok: false, error } };
  }
}

async function loadDeploymentChart(
  { deployment, baseDirectory, runner, kubeArgs }: DeploymentContext,
  secrets: ResolvedSecrets,
  signal: AbortSignal,
): Promise<LocalChart | undefined> {
  const { target } = deployment;
  if (target.type !== 'kubernetes') return undefined;
  const login = chartLogin(target.chart, secrets);
  return loadChart({ chart: target.chart, baseDirectory, helm: helm(runner, kubeArgs), login, signal });
}

/** Renders one deployment from its secrets; pure. */
type Render = (secrets: SecretValues) => Rendered;

interface RenderInputs {
  /** Absolute folder of difyctl.yaml. */
  readonly baseDirectory: string;
  /** The facts of the chart. Undefined for Compose. */
  readonly facts: ChartFacts | undefined;
}

/** Returns the renderer of the deployment's target; its module is imported on demand. */
async function loadRenderer(deployment: Deployment, { baseDirectory, facts }: RenderInputs): Promise<Render> {
  if (deployment.target.type === 'compose') {
    const { renderCompose } = await import('../render/compose/render.ts');
    return (secrets) => renderCompose(deployment, secrets, { baseDirectory });
  }
  if (facts === undefined) throw new Error('rendering for Kubernetes needs chart facts, which are missing');
  const { renderKubernetes } = await import('../render/kubernetes/render.ts');
  const files = await certificateFiles(deployment, baseDirectory);
  return (secrets) => renderKubernetes(deployment, secrets, facts, files);
}

/** Reads the CA files of the deployment. One that cannot be read is left out; the renderer reports it. */
async function certificateFiles(deployment: Deployment, baseDirectory: string): Promise<ReadonlyMap<string, string>> {
  const { caCertificates } = await import('../render/dify-env/ca-certificates.ts');
  const found = new Map<string, string>();
  for (const { path } of caCertificates(deployment)) {
    const content = await readFile(resolve(baseDirectory, path), 'utf8').catch(() => undefined);
    if (content !== undefined) found.set(path, content);
  }
  return found;
}
