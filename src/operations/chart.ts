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

/** A chart on this machine: what helm is given, and the chart's own word on what it takes. */
export interface LocalChart {
  /** A folder or a .tgz. */
  readonly reference: ChartReference;
  readonly facts: ChartFacts;
  /** Removes what was downloaded for this run. */
  dispose(): Promise<void>;
}

type PulledChart = Exclude<KubernetesTarget['chart'], { readonly path: string }>;

export interface LoadChartOptions {
  readonly chart: KubernetesTarget['chart'];
  /** Folder of difyctl.yaml. */
  readonly baseDirectory: string;
  readonly helm: Helm;
  /** Of `target.chart.username`. */
  readonly login?: ChartLogin | undefined;
  readonly signal: AbortSignal;
}

/**
 * The chart and its facts. One of a repository or registry is downloaded once per run, so that plan and apply use the same bytes. The facts are read
 * from values.yaml, Chart.yaml and values.schema.json, which is what `helm show` prints. Throws UserError where the path holds no chart,
 * ExternalError where it cannot be downloaded.
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
    if (archive === undefined) throw damaged(chart, 'helm pull ended well and left no archive');
    const path = join(folder, archive);
    return { reference: { path }, facts: await readPulled(path, chart), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** What a repository gives and is no chart is its fault, not that of a path in the file. */
async function readPulled(path: string, chart: PulledChart): Promise<ChartFacts> {
  try {
    return await readChartFacts(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw damaged(chart, observedIn(error.message), error);
  }
}

/** The path is one of this run's own: only what is wrong there is told. */
function observedIn(message: string): string {
  return message.replace(/^\S+ is no packed chart: it /, 'its archive ').replace(/^\S+ is no chart: /, '');
}

function damaged(chart: PulledChart, observed: string, cause?: unknown): ExternalError {
  const name = 'oci' in chart ? chart.oci : `${chart.name} of ${chart.repo}`;
  return new ExternalError(`${name} is no chart: ${observed}`, {
    ...(cause === undefined ? {} : { cause }),
    next: ['helm pull it on another machine, and name the archive with --target-chart-path'],
  });
}
