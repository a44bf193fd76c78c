import { resolve } from 'node:path';
import { Fault, Interrupted } from '../base/errors.ts';
import { requiredSecrets } from '../deployment/required-secrets.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { SecretPath } from '../deployment/secrets.ts';
import { helm } from '../exec/helm.ts';
import { kubectl } from '../exec/kubectl.ts';
import type { Rendered } from '../render/rendered.ts';
import { composeLiving } from '../state/compose/living.ts';
import { kubernetesLiving } from '../state/kubernetes/living.ts';
import type { Living } from '../state/living.ts';
import { type StatePaths, statePaths } from '../state/paths.ts';
import { readCache, writeCache } from '../state/secrets/cache.ts';
import { type ResolvedSecrets, resolveSecrets } from '../state/secrets/resolve.ts';
import { type LocalChart, loadChart } from './chart.ts';
import { CHART_PASSWORD, chartLogin } from './chart-login.ts';
import { loadRenderer } from './render.ts';
import { secretKeys } from './secret-keys.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

export interface PrepareInput {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml; paths in the file are relative to it, `.difyctl/` lies in it. */
  readonly baseDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** Where the living installation cannot be read: `stop` (install), or `warn` and go on with the cache, else new secrets. */
  readonly unreadable: 'stop' | 'warn';
  readonly signal: AbortSignal;
  /** Told every secret as soon as it is known: for the command's own output. */
  readonly protect?: (values: Iterable<string>) => void;
  /** Told what happens on the way and changes nothing: commands are repeated, since the API server does not answer. */
  readonly onNote?: (text: string) => void;
}

/** A deployment, and what reaches its place: enough to look at what is there, and to take it away. */
export interface Bench extends Workbench {
  readonly deployment: Deployment;
  readonly baseDirectory: string;
  readonly paths: StatePaths;
}

/** What every command stands on that renders, judges or changes something. */
export interface Prepared extends Bench {
  readonly living: Living;
  /** Kubernetes only. */
  readonly chart: LocalChart | undefined;
  /** Unresolved ones hold placeholders: nothing rendered with them may be written or applied. */
  readonly secrets: ResolvedSecrets;
  /** Which variable of the rendered set holds which generated secret. */
  readonly secretKeys: Readonly<Record<SecretPath, string>>;
  readonly rendered: Rendered;
  /** To be said once: what could not be read. */
  readonly notes: readonly string[];
  /** Keeps generated secrets in the cache. Only what writes the rendered set calls it, and never with unresolved ones. */
  keepSecrets(): Promise<void>;
  /** Removes what was downloaded for this run. */
  dispose(): Promise<void>;
}

/** What a look has where the rendered set could not be made: the fault in its place, everything else as it is. */
export interface PreparedLook extends Omit<Prepared, 'rendered'> {
  readonly rendered: Rendered | undefined;
  /** Why there is no rendered set: no chart, an unknown key, … */
  readonly fault: Fault | undefined;
}

/**
 * Chart facts, secrets (living installation, cache, new), and the rendered set. Changes nothing anywhere; `keepSecrets` does, and is
 * the caller's to call. Throws UserError or ExternalError.
 */
export async function prepare(input: PrepareInput): Promise<Prepared> {
  const room = openRoom(input);
  // The password for the chart is a secret like the others: all are read before the chart is pulled with it.
  const early = room.required.some(({ path }) => path === CHART_PASSWORD) ? await secretsOf(room, input) : undefined;
  const chart = await chartOf(room, input, early);
  try {
    const render = await loadRenderer(input.deployment, { baseDirectory: room.baseDirectory, facts: chart?.facts });
    const secrets = early ?? (await secretsOf(room, input));
    return { ...assembled(room, secrets, chart), rendered: render(secrets) };
  } catch (error) {
    await chart?.dispose();
    throw error;
  }
}

/**
 * The same for preflight: where the set cannot be rendered, the fault is given and the secrets are resolved all the same, so that the other
 * checks go on.
 */
export async function prepareToLook(input: Omit<PrepareInput, 'unreadable'>): Promise<PreparedLook> {
  const looking = { ...input, unreadable: 'warn' as const };
  try {
    return { ...(await prepare(looking)), fault: undefined };
  } catch (error) {
    if (!(error instanceof Fault) || error instanceof Interrupted) throw error;
    const room = openRoom(looking);
    const secrets = await secretsOf(room, looking);
    return { ...assembled(room, secrets, undefined), rendered: undefined, fault: error };
  }
}

/** Opens the place of a deployment without chart and secrets: a repository that is gone keeps nobody from seeing or removing what runs. */
export function openBench(input: Omit<PrepareInput, 'unreadable'>): Bench {
  return openRoom({ ...input, unreadable: 'warn' });
}

type Room = ReturnType<typeof openRoom>;

function openRoom({ deployment, baseDirectory, env, kubeconfig, context, protect, onNote }: PrepareInput) {
  const required = requiredSecrets(deployment);
  const bench = createWorkbench({ deployment, required, env, kubeconfig, context, onNote });
  const protectBoth = (values: Iterable<string>): void => {
    const known = [...values];
    bench.protect(known);
    protect?.(known);
  };
  return {
    ...bench,
    protect: protectBoth,
    deployment,
    baseDirectory,
    required,
    paths: statePaths(baseDirectory, deployment.name),
    secretKeys: secretKeys(required, deployment.target.type),
    living: livingOf(deployment, baseDirectory, bench),
  };
}

function livingOf({ name, target }: Deployment, baseDirectory: string, { runner, kubeArgs }: Workbench): Living {
  return target.type === 'compose'
    ? composeLiving({ runner, name, directory: resolve(baseDirectory, target.directory) })
    : kubernetesLiving({ kubectl: kubectl(runner, kubeArgs), name, namespace: target.namespace });
}

async function chartOf(
  room: Room,
  { signal }: PrepareInput,
  secrets: ResolvedSecrets | undefined,
): Promise<LocalChart | undefined> {
  const { target } = room.deployment;
  if (target.type !== 'kubernetes') return undefined;
  const { baseDirectory, runner, kubeArgs } = room;
  const login = secrets === undefined ? undefined : chartLogin(target.chart, secrets);
  return loadChart({ chart: target.chart, baseDirectory, helm: helm(runner, kubeArgs), login, signal });
}

async function secretsOf(room: Room, input: PrepareInput): Promise<ResolvedSecrets> {
  const { required, living, paths, baseDirectory, secretKeys: keysNow } = room;
  const { env, unreadable, signal } = input;
  const cache = await readCache(paths);
  const sources = { env, baseDirectory };
  const secrets = await resolveSecrets({ required, sources, living, cache, keysNow, unreadable, signal });
  room.protect(secrets.real);
  return secrets;
}

function assembled(room: Room, secrets: ResolvedSecrets, chart: LocalChart | undefined) {
  const { required: _, ...rest } = room;
  return {
    ...rest,
    chart,
    secrets,
    notes: secrets.notes,
    keepSecrets: () => writeCache(room.paths, secrets.generated),
    dispose: async () => chart?.dispose(),
  };
}
