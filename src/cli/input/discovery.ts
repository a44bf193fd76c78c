import { tryBoundedJson } from '../../base/bounded-json.ts';
import { mapTexts, oneLine } from '../../base/printable.ts';
import { formatBytes } from '../../base/quantity.ts';
import { counted } from '../../base/words.ts';
import { kubeArguments } from '../../exec/kube-args.ts';
import type { Runner } from '../../exec/runner.ts';
import type { ObservedCluster, ObservedStorageClass, SuggestedContext, Suggestions } from '../../wizard/suggestions.ts';

/** Time limit of one program in milliseconds. Without an answer by then there is no suggestion. */
const LIMIT_MS = 3000;

/** Collects suggestions for the wizard. Reads only, and never throws: anything missing or forbidden is left out. */
export class Discovery {
  readonly #runner: Runner;
  readonly #kubeconfig: string | undefined;
  readonly #signal: AbortSignal;
  readonly #clusters = new Map<string, Promise<ObservedCluster | undefined>>();
  #found: Suggestions = { contexts: [] };

  constructor(runner: Runner, kubeconfig: string | undefined, signal: AbortSignal) {
    this.#runner = runner;
    this.#kubeconfig = kubeconfig;
    this.#signal = signal;
  }

  /** The suggestions collected so far. */
  get found(): Suggestions {
    return mapTexts(this.#found, oneLine) as Suggestions;
  }

  /** Collects the contexts, the cluster of the current context, and the Docker engine, in parallel. */
  async lookAround(): Promise<void> {
    await Promise.all([this.#lookForContexts(), this.#lookForDocker()]);
  }

  /** Reads the cluster of a context, once per context. */
  async lookAtCluster(name: string): Promise<void> {
    const known = this.#clusters.get(name) ?? this.#cluster(name);
    this.#clusters.set(name, known);
    const cluster = await known;
    if (cluster === undefined) return;
    const contexts = this.#found.contexts.map((context) => (context.name === name ? { ...context, cluster } : context));
    this.#found = { ...this.#found, contexts };
  }

  async #lookForContexts(): Promise<void> {
    const config = await this.#read('kubectl', [
      ...kubeArguments(this.#kubeconfig, undefined),
      'config',
      'view',
      '-o',
      'json',
    ]);
    const contexts = contextsOf(config);
    this.#found = { ...this.#found, contexts };
    const current = contexts.find((context) => context.current);
    if (current !== undefined) await this.lookAtCluster(current.name);
  }

  async #lookForDocker(): Promise<void> {
    const docker = dockerSummary(await this.#read('docker', ['info', '--format', '{{json .}}']));
    if (docker !== undefined) this.#found = { ...this.#found, docker };
  }

  async #cluster(context: string): Promise<ObservedCluster | undefined> {
    const get = (...args: readonly string[]): Promise<string> =>
      this.#read('kubectl', [...kubeArguments(this.#kubeconfig, context), '--request-timeout', '3s', 'get', ...args]);
    const [nodes, classes, storage] = await Promise.all([
      get('nodes', '-o', NODE_COLUMNS),
      get('ingressclasses', '-o', 'jsonpath={.items[*].metadata.name}'),
      get('storageclasses', '-o', STORAGE_CLASS_COLUMNS),
    ]);
    const storageClasses = storageClassesOf(storage).filter(({ name }) => isNameable(name));
    const ingressClasses = classes.split(' ').filter((name) => name !== '' && isNameable(name));
    const summary = nodesSummary(nodes);
    return summary === undefined ? undefined : { summary, ingressClasses, storageClasses };
  }

  /** Returns standard output; empty if the program is missing, fails or exceeds the time limit. */
  #read(program: string, args: readonly string[]): Promise<string> {
    return this.#runner.run(program, args, { timeoutMs: LIMIT_MS, signal: this.#signal }).then(
      ({ stdout }) => stdout,
      () => '',
    );
  }
}

/** True if the name contains only printable characters. Other names are not suggested. */
function isNameable(name: string): boolean {
  return oneLine(name) === name;
}

const NODE_COLUMNS =
  'jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion}{" "}{.metadata.labels.topology\\.kubernetes\\.io/zone}{"\\n"}{end}';

const STORAGE_CLASS_COLUMNS =
  'jsonpath={range .items[*]}{.metadata.name}{" "}{.provisioner}{" "}{.metadata.annotations.storageclass\\.kubernetes\\.io/is-default-class}{"\\n"}{end}';

/** The default class first. */
function storageClassesOf(lines: string): readonly ObservedStorageClass[] {
  return lines
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([name = '', provisioner = '', isDefault]) =>
      name === '' ? [] : [{ name, provisioner, isDefault: isDefault === 'true' }],
    )
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
}

interface KubeConfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name?: string }[] | null;
}

function contextsOf(text: string): readonly SuggestedContext[] {
  const config = tryBoundedJson(text) as KubeConfig | undefined;
  const current = config?.['current-context'];
  return (config?.contexts ?? [])
    .flatMap(({ name }) => (name === undefined || !isNameable(name) ? [] : [{ name, current: name === current }]))
    .toSorted((a, b) => Number(b.current) - Number(a.current));
}

interface DockerInfo {
  readonly ServerVersion?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
}

function dockerSummary(text: string): string | undefined {
  const { ServerVersion, NCPU, MemTotal } = (tryBoundedJson(text) as DockerInfo | undefined) ?? {};
  if (ServerVersion === undefined || ServerVersion === '') return undefined;
  return `engine ${ServerVersion}, ${NCPU ?? '?'} CPU, ${formatBytes(MemTotal ?? 0)}`;
}

/** `v1.34.2, 6 nodes, 3 zones` */
function nodesSummary(lines: string): string | undefined {
  const nodes = lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(' '));
  const [first] = nodes;
  if (first === undefined) return undefined;
  const zones = new Set(nodes.map(([, zone]) => zone).filter((zone) => zone !== undefined && zone !== ''));
  return [
    first[0] ?? '',
    counted(nodes.length, 'node'),
    ...(zones.size === 0 ? [] : [counted(zones.size, 'zone')]),
  ].join(', ');
}
