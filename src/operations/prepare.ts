import type { Fault } from '../base/errors.ts';
import type { Result } from '../base/result.ts';
import type { RawGet } from '../exec/kubectl.ts';
import type { Rendered } from '../render/rendered.ts';
import type { InstalledSecrets } from '../state/installed.ts';
import { writeCache } from '../state/secrets/cache.ts';
import type { ResolvedSecrets } from '../state/secrets/resolve.ts';
import type { LocalChart } from './chart.ts';
import { type DeploymentContext, type OpenInput, openDeployment } from './open-deployment.ts';
import { renderDeployment } from './render.ts';
import { installedSecrets, type ResolveInput, resolveDeploymentSecrets } from './resolve-secrets.ts';

export type PrepareInput = OpenInput & ResolveInput;

interface PrepareOpenedInput extends ResolveInput {
  /** The shared connection for reads from the cluster; absent: each read starts a kubectl. */
  readonly reads?: RawGet | undefined;
}

/** A deployment with its secrets and, if it can be rendered, its rendered set. */
export interface PreparedDeployment extends DeploymentContext {
  readonly living: InstalledSecrets;
  /** Kubernetes only, and only if the deployment was rendered. */
  readonly chart: LocalChart | undefined;
  /** Unresolved secrets are placeholders: nothing rendered with them may be written or applied. */
  readonly secrets: ResolvedSecrets;
  /** The rendered set, or the reason why rendering failed: no chart, an unknown key, … */
  readonly rendered: Result<Rendered, Fault>;
  /** Notes on the secrets: what could not be read, and what was edited in the installation. */
  readonly notes: readonly string[];
  /**
   * Writes generated secrets to the cache. Only code that writes or applies the rendered set calls it, and never with
   * unresolved secrets.
   */
  keepSecrets(): Promise<void>;
  /** Removes the files that were downloaded for this run. */
  dispose(): Promise<void>;
}

/** A prepared deployment that was rendered: the input of plan, install and render. */
export interface RenderedDeployment extends PreparedDeployment {
  readonly rendered: { readonly ok: true; readonly value: Rendered };
}

/**
 * Resolves the secrets (installed, cached, new), loads the chart and renders, each once. Changes nothing; the caller
 * writes generated secrets with `keepSecrets`. A failed rendering is not thrown: `rendered` has the error. Throws
 * UserError or ExternalError if the secrets cannot be resolved, Interrupted for an aborted signal.
 */
export async function prepare(input: PrepareInput): Promise<PreparedDeployment> {
  return prepareOpened(openDeployment(input), input);
}

/** Prepares a deployment that is open, as `prepare` does. */
export async function prepareOpened(opened: DeploymentContext, input: PrepareOpenedInput): Promise<PreparedDeployment> {
  const living = installedSecrets(opened, input.reads);
  const resolving = resolveDeploymentSecrets(opened, living, input);
  const { chart, rendered } = await renderDeployment(opened, resolving, input.signal);
  const secrets = await resolving;
  return {
    ...opened,
    living,
    chart,
    secrets,
    rendered,
    notes: secrets.notes,
    keepSecrets: () => writeCache(opened.paths, secrets.generated),
    dispose: async () => chart?.dispose(),
  };
}

/** Returns the deployment with its rendered set. Throws the error of the rendering if it failed. */
export function requireRendered(prepared: PreparedDeployment): RenderedDeployment {
  const { rendered } = prepared;
  if (!rendered.ok) throw rendered.error;
  return { ...prepared, rendered };
}
