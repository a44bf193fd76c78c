import type { LoadedDeployment } from '../../deployment/load.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type DeploymentContext, type OpenInput, openDeployment } from '../../operations/open-deployment.ts';
import { openTarget } from '../../operations/open-target.ts';
import { prepare, type RenderedDeployment, requireRendered } from '../../operations/prepare.ts';
import type { Target } from '../../targets/target.ts';
import type { CommandContext } from '../frame/context.ts';
import { noteLine } from '../output/note-line.ts';
import { loadFile } from './load-file.ts';

export interface Session {
  readonly loaded: LoadedDeployment;
  readonly prepared: RenderedDeployment;
  readonly target: Target;
}

/** The input of `prepare` and `openDeployment`, from the command line and the file. Notes go to stderr. */
export function openInput(context: CommandContext, { deployment, baseDirectory, path }: LoadedDeployment): OpenInput {
  const { env, kubeconfig, kubeContext, protect } = context;
  const file = context.configIsInput === true ? undefined : path;
  return { deployment, baseDirectory, file, env, kubeconfig, context: kubeContext, protect, onNote: noteLine(context) };
}

interface PreparedWork<T> {
  /** What to do if secrets of the installation cannot be read. */
  readonly unreadable: 'stop' | 'warn';
  /** Throws if the command cannot serve this deployment. Called before the cluster or the engine is contacted. */
  readonly refuse?: (deployment: Deployment) => void;
  readonly work: (session: Session) => Promise<T>;
  /** Gets notes on the way. Default: stderr. */
  readonly onNote?: (text: string) => void;
}

/** Loads and prepares the file, opens its target and calls `work`; then disposes of the prepared deployment. */
export async function withPrepared<T>(
  context: CommandContext,
  { unreadable, refuse, work, onNote = noteLine(context) }: PreparedWork<T>,
): Promise<T> {
  const loaded = await loadFile(context);
  refuse?.(loaded.deployment);
  const { signal, now } = context;
  const prepared = await prepare({ ...openInput(context, loaded), unreadable, signal, onNote });
  try {
    const rendered = requireRendered(prepared);
    return await work({ loaded, prepared: rendered, target: await openTarget(rendered, now) });
  } finally {
    await prepared.dispose();
  }
}

/** Loads the file and opens its target, for commands that need neither chart nor secrets. */
export async function openTargetOnly(
  context: CommandContext,
  onNote: (text: string) => void = noteLine(context),
): Promise<{ readonly opened: DeploymentContext; readonly target: Target }> {
  const opened = openDeployment({ ...openInput(context, await loadFile(context)), onNote });
  return { opened, target: await openTarget(opened, context.now) };
}

/** Notes to show before the work: warnings of the file, overrides, and what could not be read. */
export function openingNotes({ loaded, prepared }: Session): readonly string[] {
  return [
    ...loaded.warnings.map(({ path, message }) => `${path}: ${message}`),
    ...(loaded.overrides.length === 0
      ? []
      : [
          `not from the file: ${loaded.overrides.map(({ path, source }) => `${path.join('.')} (${source})`).join(', ')}`,
        ]),
    ...prepared.notes,
  ];
}
