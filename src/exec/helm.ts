import { ExternalError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { Runner, RunOptions } from './runner.ts';

/** A chart as helm's commands take it. */
export type ChartReference =
  | { readonly path: string }
  | { readonly repo: string; readonly name: string; readonly version: string }
  | { readonly oci: string; readonly version?: string | undefined };

export interface HelmVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** One line of `helm history`. */
export interface HelmRevision {
  readonly revision: number;
  /** deployed, failed, superseded, uninstalled, pending-install, pending-upgrade, pending-rollback, uninstalling, unknown */
  readonly status: string;
  readonly chart: string;
  readonly updated: string;
}

/** What every command on a release needs. */
export interface ReleaseRef {
  readonly name: string;
  readonly namespace: string;
}

export interface Helm {
  version(signal?: AbortSignal): Promise<HelmVersion>;
  /** Downloads a chart of a repository or registry into `directory`, as it is: `name-version.tgz`. */
  pull(chart: ChartReference, directory: string, signal?: AbortSignal): Promise<void>;
  /** The manifest as the cluster's own capabilities make it, without hooks. `valuesFile` holds no secret. */
  template(release: ReleaseRef, chart: ChartReference, valuesFile: string, options: TemplateOptions): Promise<string>;
  /** Installs or upgrades without waiting: the caller waits itself, and says for what. */
  upgradeInstall(release: ReleaseRef, chart: ChartReference, valuesFile: string, options: RunOptions): Promise<void>;
  /** Newest last; empty where there is no such release. */
  history(release: ReleaseRef, signal?: AbortSignal): Promise<readonly HelmRevision[]>;
  manifest(release: ReleaseRef, signal?: AbortSignal): Promise<string>;
  rollback(release: ReleaseRef, revision: number, options: RunOptions): Promise<void>;
  uninstall(release: ReleaseRef, options: RunOptions): Promise<void>;
}

export interface TemplateOptions {
  readonly isUpgrade: boolean;
  readonly signal?: AbortSignal;
}

/** Charts hold some 100 templates and CRDs; downloads and the API server's discovery take their time on slow lines. */
const SLOW_MS = 180_000;

/** helm 3 or 4 of PATH, thin and typed. `kubeArgs` are kubectl's words for the cluster: `--kubeconfig`, `--context`. */
export function helm(runner: Runner, kubeArgs: readonly string[]): Helm {
  const cluster = kubeArgs.map((arg) => (arg === '--context' ? '--kube-context' : arg));
  const run = async (args: readonly string[], options: RunOptions = {}): Promise<string> =>
    (await runner.run('helm', [...args, ...cluster], options)).stdout;
  const at = ({ name, namespace }: ReleaseRef) => [name, '-n', namespace];
  return {
    version: async (signal) =>
      parseVersion(await run(['version', '--template', '{{.Version}}'], { ...heeding(signal) })),
    pull: async (chart, directory, signal) => {
      await run(['pull', ...chartArgs(chart), '-d', directory], { ...heeding(signal), timeoutMs: SLOW_MS });
    },
    template: (release, chart, valuesFile, { isUpgrade, signal }) => {
      const [name = '', ...rest] = chartArgs(chart);
      const args = ['template', release.name, name, ...rest, '-n', release.namespace, '-f', valuesFile];
      const kind = isUpgrade ? ['--is-upgrade'] : [];
      return run([...args, '--no-hooks', '--dry-run=server', ...kind], { ...heeding(signal), timeoutMs: SLOW_MS });
    },
    upgradeInstall: async (release, chart, valuesFile, options) => {
      const [name = '', ...rest] = chartArgs(chart);
      const args = ['upgrade', release.name, name, ...rest, '--install', '-n', release.namespace, '-f', valuesFile];
      await run([...args, '-o', 'json'], options);
    },
    history: (release, signal) =>
      readHistory(() => run(['history', ...at(release), '-o', 'json'], { ...heeding(signal) })),
    manifest: (release, signal) => run(['get', 'manifest', ...at(release)], { ...heeding(signal) }),
    rollback: async ({ name, namespace }, revision, options) => {
      await run(['rollback', name, String(revision), '-n', namespace], options);
    },
    uninstall: async (release, options) => {
      await run(['uninstall', ...at(release)], options);
    },
  };
}

/** A chart as arguments: the chart itself first, then what finds it. */
export function chartArgs(chart: ChartReference): readonly string[] {
  if ('path' in chart) return [chart.path];
  if ('oci' in chart) return [chart.oci, ...(chart.version === undefined ? [] : ['--version', chart.version])];
  return [chart.name, '--repo', chart.repo, '--version', chart.version];
}

/** Reads `v3.22.0`, also with what vendors append. Throws ExternalError for anything else. */
export function parseVersion(output: string): HelmVersion {
  const match = /^v?(\d+)\.(\d+)\.\d+\S*/.exec(output.trim());
  if (match === null) throw new ExternalError(`helm does not say its version: ${output.trim().slice(0, 80)}`);
  return { text: match[0].replace(/^v/, ''), major: Number(match[1]), minor: Number(match[2]) };
}

async function readHistory(read: () => Promise<string>): Promise<readonly HelmRevision[]> {
  try {
    const list: unknown = JSON.parse(await read());
    return (Array.isArray(list) ? list.filter(isObject) : [])
      .map((item) => ({
        revision: Number(item.revision),
        status: String(item.status),
        chart: String(item.chart),
        updated: String(item.updated),
      }))
      .sort((a, b) => a.revision - b.revision);
  } catch (error) {
    if (error instanceof ExternalError && error.stderr.some((line) => line.includes('release: not found'))) return [];
    throw error;
  }
}

function heeding(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
