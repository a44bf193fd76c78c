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
import { chartLogin, needsLogin } from './chart-login.ts';
import type { DeploymentContext } from './open-deployment.ts';

export interface RenderedWithChart {
  /** Kubernetes only; undefined if rendering failed. */
  readonly chart: LocalChart | undefined;
  readonly rendered: Result<Rendered, Fault>;
}

/**
 * Loads the chart (Kubernetes) while the secrets are resolved, and renders. A Fault of the chart or the rendering is
 * returned as the result. Throws what `resolving` throws, and Interrupted for an aborted signal.
 */
export async function renderDeployment(
  opened: DeploymentContext,
  resolving: Promise<ResolvedSecrets>,
  signal: AbortSignal,
): Promise<RenderedWithChart> {
  const { deployment, baseDirectory, file } = opened;
  const [resolved, loaded] = await Promise.allSettled([resolving, loadDeploymentChart(opened, resolving, signal)]);
  const chart = loaded.status === 'fulfilled' ? loaded.value : undefined;
  try {
    if (resolved.status === 'rejected') throw resolved.reason;
    if (loaded.status === 'rejected') throw loaded.reason;
    const render = await loadRenderer(deployment, { baseDirectory, file, facts: chart?.facts });
    return { chart, rendered: { ok: true, value: render(resolved.value) } };
  } catch (error) {
    await chart?.dispose();
    if (resolved.status === 'rejected' || !(error instanceof Fault) || error instanceof Interrupted) throw error;
    return { chart: undefined, rendered: { ok: false, error } };
  }
}

/** Waits for the secrets only if the chart needs a login. */
async function loadDeploymentChart(
  { deployment, baseDirectory, runner, kubeArgs }: DeploymentContext,
  resolving: Promise<ResolvedSecrets>,
  signal: AbortSignal,
): Promise<LocalChart | undefined> {
  const { target } = deployment;
  if (target.type !== 'kubernetes') return undefined;
  const login = needsLogin(target.chart) ? chartLogin(target.chart, await resolving) : undefined;
  return loadChart({ chart: target.chart, baseDirectory, helm: helm(runner, kubeArgs), login, signal });
}

/** Renders one deployment from its secrets; pure. */
type Render = (secrets: SecretValues) => Rendered;

interface RenderInputs {
  /** Absolute folder of difyctl.yaml. */
  readonly baseDirectory: string;
  /** Absolute path of the file. Undefined if it was read from standard input. */
  readonly file: string | undefined;
  /** The facts of the chart. Undefined for Compose. */
  readonly facts: ChartFacts | undefined;
}

/** Returns the renderer of the deployment's target; its module is imported on demand. */
async function loadRenderer(deployment: Deployment, { baseDirectory, file, facts }: RenderInputs): Promise<Render> {
  if (deployment.target.type === 'compose') {
    const { renderCompose } = await import('../render/compose/render.ts');
    return (secrets) => renderCompose(deployment, secrets, { baseDirectory, file });
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
  const repository = deployment.recovery?.backup?.caFile;
  const paths = caCertificates(deployment).map(({ path }) => path);
  for (const path of [...paths, ...(repository === undefined ? [] : [repository])]) {
    const content = await readFile(resolve(baseDirectory, path), 'utf8').catch(() => undefined);
    if (content !== undefined) found.set(path, content);
  }
  return found;
}
