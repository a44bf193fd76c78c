import { cut } from '../base/cut.ts';
import { ExternalError } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import { longestTimer } from '../base/time-limit.ts';
import { jsonAnswer } from './answer.ts';
import { type ChartLogin, withChartLogin } from './chart-login.ts';
import { nextStepsOf } from './failures.ts';
import type { Runner, RunOptions } from './runner.ts';

/** A chart in the form that helm's commands accept. */
export type ChartReference =
  | { readonly path: string }
  | { readonly repo: string; readonly name: string; readonly version: string }
  | { readonly oci: string; readonly version?: string | undefined };

interface HelmVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** One line of `helm history`. */
export interface HelmRevision {
  readonly revision: number;
  /**
   * deployed, failed, superseded, uninstalled, pending-install, pending-upgrade, pending-rollback, uninstalling,
   * unknown
   */
  readonly status: string;
  readonly chart: string;
  readonly updated: string;
}

/** The release that a command acts on. */
export interface ReleaseRef {
  readonly name: string;
  readonly namespace: string;
}

export interface Helm {
  version(signal?: AbortSignal): Promise<HelmVersion>;
  /** Downloads a chart of a repository or registry unchanged into `directory`: `name-version.tgz`. */
  pull(chart: ChartReference, directory: string, options?: PullOptions): Promise<void>;
  /** Renders the manifest with the capabilities of the cluster, without hooks. */
  template(release: ReleaseRef, chart: ChartReference, values: JsonObject, options: TemplateOptions): Promise<string>;
  /** Installs or upgrades without waiting. The caller waits. */
  upgradeInstall(release: ReleaseRef, chart: ChartReference, values: JsonObject, options: RunOptions): Promise<void>;
  /** Returns the revisions of the release, newest last. Empty if the release does not exist. */
  history(release: ReleaseRef, signal?: AbortSignal): Promise<readonly HelmRevision[]>;
  /** Returns the manifest of a revision of the release, without hooks. */
  manifest(release: ReleaseRef, revision: number, signal?: AbortSignal): Promise<string>;
  rollback(release: ReleaseRef, revision: number, options: RunOptions): Promise<void>;
  /** Uninstalls the release and waits until its objects are deleted, except those that the chart keeps. */
  uninstall(release: ReleaseRef, options: RunOptions): Promise<void>;
}

interface PullOptions {
  /** The login, if the repository or registry needs one. */
  readonly login?: ChartLogin | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface TemplateOptions {
  readonly isUpgrade: boolean;
  readonly signal?: AbortSignal;
}

/** Milliseconds. Charts have some 100 templates and CRDs; downloads and API discovery need time on slow connections. */
const SLOW_MS = 180_000;

/**
 * Returns a typed interface to the helm 3 or 4 on PATH. `kubeArgs` are kubectl's arguments for the cluster:
 * `--kubeconfig`, `--context`. Methods throw ExternalError.
 */
export function helm(runner: Runner, kubeArgs: readonly string[]): Helm {
  const cluster = kubeArgs.map((arg) => (arg === '--context' ? '--kube-context' : arg));
  const run = async (args: readonly string[], options: RunOptions = {}): Promise<string> => {
    try {
      return (await runner.run('helm', [...args, ...cluster], options)).stdout;
    } catch (error) {
      throw error instanceof ExternalError ? withCause(error) : error;
    }
  };
  const at = ({ name, namespace }: ReleaseRef) => [name, '-n', namespace];
  /**
   * helm 4 uses server-side apply, where a field that another manager changed is a conflict unless it is forced. helm 3
   * has neither the conflict nor this option.
   */
  const takesFieldsBack = async (): Promise<readonly string[]> => {
    const { major } = parseVersion(await run(['version', '--template', '{{.Version}}']));
    return major >= 4 ? ['--force-conflicts'] : [];
  };
  return {
    version: async (signal) =>
      parseVersion(await run(['version', '--template', '{{.Version}}'], { ...withSignal(signal) })),
    pull: async (chart, directory, { login, signal } = {}) => {
      const slowly = (args: readonly string[], options: RunOptions) =>
        run(args, { ...options, ...withSignal(signal), timeoutMs: SLOW_MS });
      if (login === undefined || 'path' in chart) {
        await slowly(['pull', ...chartArgs(chart), '-d', directory], {});
      } else {
        await withChartLogin(chart, login, slowly, ({ args, env }) =>
          slowly(['pull', ...args, '-d', directory], { env }),
        );
      }
    },
    // Values are passed on standard input (JSON is YAML), so that a killed run leaves no file of them.
    template: (release, chart, values, { isUpgrade, signal }) => {
      const args = ['template', release.name, ...chartArgs(chart), '-n', release.namespace, '-f', '-', '--no-hooks'];
      const input = JSON.stringify(values);
      const kind = isUpgrade ? ['--is-upgrade'] : [];
      return run([...args, '--dry-run=server', ...kind], { ...withSignal(signal), input, timeoutMs: SLOW_MS });
    },
    upgradeInstall: async (release, chart, values, options) => {
      const args = ['upgrade', release.name, ...chartArgs(chart), '--install', '-n', release.namespace, '-f', '-'];
      const force = await takesFieldsBack();
      await run([...args, ...force, ...within(options)], { ...options, input: JSON.stringify(values) });
    },
    history: (release, signal) =>
      readHistory(() => run(['history', ...at(release), '-o', 'json'], { ...withSignal(signal) })),
    manifest: (release, revision, signal) =>
      run(['get', 'manifest', ...at(release), '--revision', String(revision)], { ...withSignal(signal) }),
    rollback: async ({ name, namespace }, revision, options) => {
      const force = await takesFieldsBack();
      await run(['rollback', name, String(revision), '-n', namespace, ...force, ...within(options)], options);
    },
    uninstall: async (release, options) => {
      await run(['uninstall', ...at(release), '--wait', ...within(options)], options);
    },
  };
}

/** Returns a chart as arguments: the chart itself first, then the options that locate it. */
export function chartArgs(chart: ChartReference): readonly string[] {
  if ('path' in chart) return [chart.path];
  if ('oci' in chart) return [chart.oci, ...(chart.version === undefined ? [] : ['--version', chart.version])];
  return [chart.name, '--repo', chart.repo, '--version', chart.version];
}

/** Parses `v3.22.0`, with or without a vendor's suffix. Throws ExternalError for any other text. */
export function parseVersion(output: string): HelmVersion {
  const match = /^v?(\d+)\.(\d+)\.\d+\S*/.exec(output.trim());
  if (match === null) throw new ExternalError(`helm does not report its version: ${cut(output.trim(), 80)}`);
  return { text: match[0].replace(/^v/, ''), major: Number(match[1]), minor: Number(match[2]) };
}

async function readHistory(read: () => Promise<string>): Promise<readonly HelmRevision[]> {
  try {
    const list: unknown = jsonAnswer(await read(), 'helm history');
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

/** Adds helm's own last words as the cause, because `helm ended with exit code 1` says nothing. */
function withCause(error: ExternalError): ExternalError {
  const { message, command, stderr, timedOut } = error;
  const last = stderr.findLast((line) => line.startsWith('Error: ')) ?? stderr.at(-1);
  const cause = last?.replace(/^Error: /, '');
  return new ExternalError(cause === undefined ? message : `${message}: ${cause}`, {
    ...{ stderr, timedOut, next: nextStepsOf(error), cause: error },
    ...(command === undefined ? {} : { command }),
  });
}

/**
 * helm's own time limit, for hooks and waits, is 5 s shorter than the runner's, so that helm reports what it waited
 * for.
 */
function within({ timeoutMs }: RunOptions): readonly string[] {
  return timeoutMs === undefined
    ? []
    : ['--timeout', `${Math.max(1, Math.floor(longestTimer(timeoutMs) / 1000) - 5)}s`];
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
