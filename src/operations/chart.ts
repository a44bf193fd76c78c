import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ExternalError, UserError } from '../base/errors.ts';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import type { KubernetesTarget } from '../deployment/schema/target.ts';
import type { ChartLogin } from '../exec/chart-login.ts';
import type { ChartReference, Helm } from '../exec/helm.ts';
import type { ChartFacts } from '../render/rendered.ts';
import { readChartFacts } from './chart-facts.ts';
import { chartPullError } from './chart-pull-error.ts';

/** A chart on this machine: the reference for helm, and the facts read from the chart. */
export interface LocalChart {
  /** A folder or a .tgz. */
  readonly reference: ChartReference;
  readonly facts: ChartFacts;
  /** Removes the files that were downloaded for this run. */
  dispose(): Promise<void>;
}

type PulledChart = Exclude<KubernetesTarget['chart'], { readonly path: string }>;

export interface LoadChartOptions {
  readonly chart: KubernetesTarget['chart'];
  /** Folder of difyctl.yaml. */
  readonly baseDirectory: string;
  readonly helm: Helm;
  /** The login for `target.chart.username`. */
  readonly login?: ChartLogin | undefined;
  readonly signal: AbortSignal;
}

/**
 * Loads the chart and its facts. A chart from a repository or registry is downloaded once per run, so that plan and
 * apply use the same bytes. The facts are read from values.yaml, Chart.yaml and values.schema.json, the files that
 * `helm show` prints. Throws UserError if the path has no chart, ExternalError if the chart cannot be downloaded.
 */
export async function loadChart({ chart, baseDirectory, helm, login, signal }: LoadChartOptions): Promise<LocalChart> {
  if ('path' in chart) {
    const path = resolve(baseDirectory, chart.path);
    return { reference: { path }, facts: await readChartFacts(path), dispose: async () => undefined };
  }
  const folder = await makeTemporaryFolder();
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await helm.pull(chart, folder, { login, signal }).catch((error: unknown) => {
      throw error instanceof ExternalError ? chartPullError(chart, error) : error;
    });
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw damaged(chart, 'helm pull succeeded but left no archive');
    const path = join(folder, archive);
    return { reference: { path }, facts: await readPulled(path, chart), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Reads a downloaded chart. A broken one is an ExternalError: the repository is at fault, not a path in the file. */
async function readPulled(path: string, chart: PulledChart): Promise<ChartFacts> {
  try {
    return await readChartFacts(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw damaged(chart, observedIn(error.message), error);
  }
}

/** The reason without the path, which is a temporary file of this run. */
function observedIn(message: string): string {
  return message.replace(/^\S+ is not a packed chart: it /, 'its archive ').replace(/^\S+ is not a chart: /, '');
}

function damaged(chart: PulledChart, observed: string, cause?: unknown): ExternalError {
  const name = 'oci' in chart ? chart.oci : `${chart.name} of ${chart.repo}`;
  return new ExternalError(`${name} is not a chart: ${observed}`, {
    ...(cause === undefined ? {} : { cause }),
    next: ['run helm pull on another machine, and set --target-chart-path to the archive'],
  });
}
