import pLimit from 'p-limit';
import type { ComponentName } from '../../../checklist/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { docker } from '../../../exec/docker.ts';
import { kubectl } from '../../../exec/kubectl.ts';
import { SERVICE_OF } from '../../../render/compose/names.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type CollectContext, CollectionError, type Need } from '../../evidence.ts';
import { APP_PROCESSES, type AppProcess } from './processes.ts';

/** Output of a command that ran inside a component, or the reason why no process can run it. */
export type Inside<T> =
  | { readonly via: string; readonly simulated: string }
  | { readonly via: string; readonly simulated?: undefined; readonly seen: T };

export interface InsideCommand {
  readonly component: ComponentName;
  readonly command: readonly string[];
  /** Exit codes of the command that are answers. Default: only 0. */
  readonly okCodes?: readonly number[];
  /** Time limit. Default: 60,000. */
  readonly timeoutMs?: number;
}

/** Milliseconds: `flask` loads the whole application before it answers. */
const COMMAND_MS = 60_000;
/** Processes that are asked at the same time. `flask` uses a whole core until it answers. */
const AT_ONCE = 4;

/**
 * Runs a command in the first running process of a component and returns what `parse` makes of its standard output. If
 * all its pods are simulated, runs nothing. Throws CollectionError if nothing runs, or if a right is missing, and
 * ExternalError if the command fails.
 */
export async function runInside<T>(
  context: CollectContext,
  need: Need,
  asked: InsideCommand,
  parse: (stdout: string) => T,
): Promise<Inside<T>> {
  const { target } = deploymentOf(context);
  const processes = await processesOf(need, asked.component);
  const real = processes.find(({ simulated }) => !simulated);
  if (real === undefined) return noneReal(asked.component, processes);
  const place = target.type === 'compose' ? `a container of ${SERVICE_OF[asked.component]}` : `pod ${real.host}`;
  return { via: `a command in ${place}`, seen: parse(await outputOf(context, real, asked)) };
}

/** The answer of one process. */
export interface Answered<T> {
  /** The host name of the process. */
  readonly host: string;
  readonly seen: T;
}

/**
 * Runs a command in every running process of a component, some at a time. If all its pods are simulated, runs nothing.
 * Throws CollectionError if nothing runs, or if a right is missing, and ExternalError if the command fails in one.
 */
export async function runInEach<T>(
  context: CollectContext,
  need: Need,
  asked: InsideCommand,
  parse: (stdout: string) => T,
): Promise<Inside<readonly Answered<T>[]>> {
  const processes = await processesOf(need, asked.component);
  const real = processes.filter(({ simulated }) => !simulated);
  if (real.length === 0) return noneReal(asked.component, processes);
  const limit = pLimit(AT_ONCE);
  const seen = await Promise.all(
    real.map((one) => limit(async () => ({ host: one.host, seen: parse(await outputOf(context, one, asked)) }))),
  );
  return { via: `a command in every process of ${asked.component}`, seen };
}

function noneReal(component: ComponentName, processes: readonly AppProcess[]): Inside<never> {
  if (processes.length === 0) throw new CollectionError('absent', `a running process of ${component}`);
  return { via: component, simulated: `every pod of ${component} is simulated (kwok)` };
}

/** The standard output of a command in one process. */
async function outputOf(
  context: CollectContext,
  { host }: AppProcess,
  { command, okCodes = [0], timeoutMs = COMMAND_MS }: InsideCommand,
): Promise<string> {
  const { target } = deploymentOf(context);
  const options = { signal: context.signal, timeoutMs, okCodes };
  if (target.type === 'compose') return docker(context.runner).run(['exec', host, ...command], options);
  const args = ['exec', '-n', target.namespace, host, '--', ...command];
  return fromCluster(context, `create pods/exec in namespace ${target.namespace}`, () =>
    kubectl(context.runner, context.kubeArgs).run(args, options),
  );
}

/** The running processes of a component. Throws CollectionError if they could not be listed. */
export async function processesOf(need: Need, component: ComponentName): Promise<readonly AppProcess[]> {
  return (await need(APP_PROCESSES)).filter((one) => one.component === component);
}

/** The deployment. Throws CollectionError if the run has no file. */
export function deploymentOf({ deployment }: CollectContext): Deployment {
  if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
  return deployment;
}
