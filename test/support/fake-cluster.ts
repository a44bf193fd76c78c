import { parseAllDocuments, stringify } from 'yaml';
import { ExternalError } from '../../src/base/errors.ts';
import type { Runner, RunOptions } from '../../src/exec/runner.ts';
import { kubernetesTarget } from '../../src/targets/kubernetes/target.ts';
import type { Target } from '../../src/targets/target.ts';

/** An object of the fake cluster. */
export interface FakeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly type?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

/**
 * A cluster in memory behind kubectl and helm. It has only the commands that difyctl needs for its own state and
 * objects.
 */
export interface FakeCluster {
  readonly runner: Runner;
  readonly target: Target;
  readonly objects: Map<string, FakeObject>;
  /** Command lines, in order. */
  readonly calls: string[];
  /** The objects of the release. Undefined: no release exists. */
  release: readonly FakeObject[] | undefined;
  /** Called before each command. If it returns an error, the command fails with it. */
  fault: (call: string) => ExternalError | undefined;
  add(...objects: readonly FakeObject[]): void;
  /** `Kind/name` of all objects, sorted. */
  names(): readonly string[];
}

/** The error of a `kubectl` or `helm` that ended with exit code 1 and this stderr. */
export function refused(...stderr: readonly string[]): ExternalError {
  return new ExternalError('kubectl ended with exit code 1', { command: 'kubectl …', stderr });
}

const NAMESPACE = 'dify';
const CLUSTER_WIDE = new Set(['Namespace', 'ClusterRole', 'Node']);

export function fakeCluster(now: () => number = () => 0): FakeCluster {
  const objects = new Map<string, FakeObject>();
  const calls: string[] = [];
  const cluster: FakeCluster = {
    objects,
    calls,
    release: undefined,
    fault: () => undefined,
    add: (...more) => {
      for (const object of more) objects.set(keyOf(object), placed(object));
    },
    names: () => [...objects.values()].map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort(),
    runner: {
      run: async (program, args, options) => {
        const call = [program, ...args].join(' ');
        calls.push(call);
        const fault = cluster.fault(call);
        if (fault !== undefined) throw fault;
        const stdout = program === 'helm' ? helm(cluster, args) : kubectl(cluster, args, options);
        return { exitCode: 0, stdout, stderr: '' };
      },
    },
    get target() {
      const release = { name: 'dify', namespace: NAMESPACE };
      const { runner } = cluster;
      return kubernetesTarget({ runner, kubeArgs: [], chart: undefined, release, redact: (text) => text, now });
    },
  };
  cluster.add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  return cluster;
}

function helm(cluster: FakeCluster, args: readonly string[]): string {
  const [verb] = args;
  if (verb === 'history') {
    if (cluster.release === undefined) return '[]';
    return JSON.stringify([{ revision: 1, status: 'deployed', chart: 'dify', updated: '' }]);
  }
  if (verb === 'get') return (cluster.release ?? []).map((object) => stringify(object)).join('---\n');
  if (verb === 'uninstall') {
    for (const object of cluster.release ?? []) cluster.objects.delete(keyOf(object));
    cluster.release = undefined;
  }
  return '';
}

function kubectl(cluster: FakeCluster, args: readonly string[], { input = '' }: RunOptions = {}): string {
  const [verb = '', what = ''] = args;
  const given = documentsIn(input);
  if (verb === 'delete' && args[1] === '--raw') {
    const name = args[2]?.split('/').at(-1) ?? '';
    cluster.objects.delete(`Lease ${NAMESPACE} ${name}`);
    return '{}';
  }
  if (verb === 'get' && what === 'lease') {
    const found = cluster.objects.get(`Lease ${NAMESPACE} ${args[2]}`);
    return found === undefined ? '' : JSON.stringify(found);
  }
  if (verb === 'get' && what === 'namespace') {
    const found = cluster.objects.get(`Namespace  ${args[2]}`);
    if (args.some((arg) => arg.startsWith('jsonpath'))) return 'uid-of-kube-system';
    return found === undefined ? '' : `namespace/${args[2]}`;
  }
  if (verb === 'get' && args.includes('-f')) {
    const found = given.flatMap((object) => cluster.objects.get(keyOf(object)) ?? []);
    return JSON.stringify({ kind: 'List', items: found });
  }
  if (verb === 'get') return JSON.stringify({ kind: 'List', items: selected(cluster, what, args) });
  if (verb === 'delete' && args.includes('-f')) for (const object of given) cluster.objects.delete(keyOf(object));
  else if (verb === 'delete') for (const name of args.slice(2)) cluster.objects.delete(`Secret ${NAMESPACE} ${name}`);
  if (verb === 'create' || verb === 'replace' || verb === 'apply') return written(cluster, verb, given);
  if (verb === 'config') return args.includes('json') ? '{"current-context":"fake"}' : '';
  return '{}';
}

/** Parses JSON documents one per line (as kubectl reads them), one JSON document over several lines, or YAML. */
function documentsIn(input: string): readonly (FakeObject & { items?: FakeObject[] })[] {
  const isLines = /^\{.*\}\n\{/.test(input);
  const texts = isLines ? input.trimEnd().split('\n') : [input];
  return texts.flatMap((text) => parseAllDocuments(text).map((one) => one.toJS()));
}

let version = 0;

function written(
  cluster: FakeCluster,
  verb: string,
  given: readonly (FakeObject & { items?: FakeObject[] })[],
): string {
  const all = given.flatMap((one) => one.items ?? [one]);
  for (const object of all) {
    const there = cluster.objects.get(keyOf(object));
    if (verb === 'create' && there !== undefined) throw refused('Error from server (AlreadyExists): it exists');
    const at = object.metadata.resourceVersion;
    if (verb === 'replace' && at !== there?.metadata.resourceVersion)
      throw refused('Error from server (Conflict): changed');
    version += 1;
    cluster.add({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
  }
  const [first] = all;
  return JSON.stringify(first === undefined ? {} : cluster.objects.get(keyOf(first)));
}

function selected(cluster: FakeCluster, what: string, args: readonly string[]): readonly FakeObject[] {
  const selector = args[args.indexOf('-l') + 1] ?? '';
  const labels = args.includes('-l') ? selector.split(',').map((pair) => pair.split('=')) : [];
  const type = args.find((arg) => arg.startsWith('type='))?.slice('type='.length);
  const kind = what === 'secrets' ? 'Secret' : what === 'persistentvolumeclaims' ? 'PersistentVolumeClaim' : what;
  return [...cluster.objects.values()].filter(
    (object) =>
      object.kind === kind &&
      (type === undefined || object.type === type) &&
      labels.every(([key = '', value]) => object.metadata.labels?.[key] === value),
  );
}

function placed(object: FakeObject): FakeObject {
  if (CLUSTER_WIDE.has(object.kind)) return object;
  return { ...object, metadata: { namespace: NAMESPACE, ...object.metadata } };
}

function keyOf(object: FakeObject): string {
  const { kind, metadata } = placed(object);
  return `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;
}
