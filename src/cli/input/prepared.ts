import type { LoadedDeployment } from '../../deployment/load.ts';
import { openTarget } from '../../operations/open-target.ts';
import { type Bench, openBench, type Prepared, prepare } from '../../operations/prepare.ts';
import type { Target } from '../../targets/target.ts';
import type { CommandContext } from '../frame/context.ts';
import { loadFile } from './load-file.ts';

export interface Ready {
  readonly loaded: LoadedDeployment;
  readonly prepared: Prepared;
  readonly target: Target;
}

/** Loads the file, prepares it and opens its target for the time of `work`. `onNote` is told what happens on the way; by default stderr. */
export async function withPrepared<T>(
  context: CommandContext,
  unreadable: 'stop' | 'warn',
  work: (ready: Ready) => Promise<T>,
  onNote: (text: string) => void = noteLine(context),
): Promise<T> {
  const loaded = await loadFile(context);
  const { env, kubeconfig, kubeContext, signal, protect, now } = context;
  const { deployment, baseDirectory } = loaded;
  const shared = { env, kubeconfig, context: kubeContext, signal, protect, onNote };
  const prepared = await prepare({ deployment, baseDirectory, unreadable, ...shared });
  try {
    return await work({ loaded, prepared, target: await openTarget(prepared, now) });
  } finally {
    await prepared.dispose();
  }
}

/** Loads the file and opens its target, for commands that need neither chart nor secrets. */
export async function openPlace(
  context: CommandContext,
  onNote: (text: string) => void = noteLine(context),
): Promise<{ readonly bench: Bench; readonly target: Target }> {
  const { deployment, baseDirectory } = await loadFile(context);
  const { env, kubeconfig, kubeContext, signal, now } = context;
  const bench = openBench({ deployment, baseDirectory, env, kubeconfig, context: kubeContext, signal, onNote });
  return { bench, target: await openTarget(bench, now) };
}

function noteLine({ stderr, quiet }: CommandContext): (text: string) => void {
  return (text) => {
    if (!quiet) stderr.write(`  ! ${text}\n`);
  };
}

/** What is worth a word before the work: warnings of the file, what fills it from outside, what could not be read. */
export function openingNotes({ loaded, prepared }: Ready): readonly string[] {
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
