import { join } from 'node:path';
import type { Cluster } from '../testbed/cluster/cluster.ts';
import { CHART } from './chart.ts';
import { createWorkspace, type TempWorkspace } from './difyctl.ts';
import { createRecorder, type Recorder } from './recorder.ts';

/** Values of the file's secret references. Each is easy to find in a place where it must not be. */
export const SECRETS: Readonly<Record<string, string>> = {
  DIFY_PG_PASSWORD: 'planted-postgres-4f1c',
  DIFY_REDIS_PASSWORD: 'planted-redis-9a2e',
  DIFY_S3_ACCESS_KEY: 'planted-s3-access-77b0',
  DIFY_S3_SECRET_KEY: 'planted-s3-secret-c3d8',
  DIFY_QDRANT_API_KEY: 'planted-qdrant-51ee',
  DIFY_WEAVIATE_API_KEY: 'planted-weaviate-0d92',
};

/** A healthy production on Kubernetes. `namespace` separates the scenes of one cluster. */
function productionFile(cluster: Cluster, namespace: string): Record<string, unknown> {
  const url = 'https://dify.example.com';
  const s3 = { accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } };
  return {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: {
      type: 'kubernetes',
      context: cluster.context,
      namespace,
      chart: { path: CHART },
    },
    urls: { console: url, api: url, app: url, files: url },
    postgres: { mode: 'external', host: '127.0.0.1', password: { env: 'DIFY_PG_PASSWORD' } },
    redis: { mode: 'external', host: '127.0.0.1', password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: { provider: 's3', s3: { endpoint: 'https://127.0.0.1', bucket: 'dify', ...s3 } },
    vectorStore: {
      mode: 'external',
      provider: 'qdrant',
      qdrant: { url: 'https://127.0.0.1:6333', apiKey: { env: 'DIFY_QDRANT_API_KEY' } },
    },
    // Simulated nodes run no containers, so nothing connects from them.
    acceptedRisks: [{ check: 'names.loopback', reason: 'simulated nodes' }],
    recovery: {
      rto: '4h',
      rpo: '15m',
      postgres: { method: 'pitr', interval: '5m', retention: '14d' },
      redis: { persistence: 'aof' },
      objectStorage: { versioning: true },
      vectorStore: { strategy: 'rebuild' },
      configuration: { repository: 'git@example.com:ops/dify.git' },
      drills: { interval: '90d', last: new Date().toISOString().slice(0, 10) },
      topology: { zones: 3 },
      measured: { restore: '50m', at: new Date().toISOString().slice(0, 10) },
    },
  };
}

/** A namespace of a cluster, from the view of one operator's machine. */
export interface KubernetesFixture {
  readonly recorder: Recorder;
  readonly namespace: string;
  /** Creates another folder with only the same file. It is removed with the scene. */
  workplace(changes?: Record<string, unknown>): Promise<TempWorkspace>;
  /** Objects of the namespace as `Kind/name`. */
  objects(kinds: string): Promise<readonly string[]>;
  /** `revision status`, oldest first, of the Helm release. */
  helmHistory(): Promise<readonly string[]>;
  end(): Promise<void>;
}

export interface KubernetesFixtureOptions {
  readonly helm?: 3 | 4;
  /** Paths of other versions of kubectl, helm and Node than the testbed's. */
  readonly programs?: { readonly kubectl: string; readonly helm: string; readonly node: string };
  /** Replaces the administrator's kubeconfig. */
  readonly kubeconfig?: string;
  /** More folders of programs on PATH, and the variables of these programs. */
  readonly more?: { readonly folders: readonly string[]; readonly env: Readonly<Record<string, string>> };
}

/** Labels of the Secret in which helm stores a revision. */
interface HelmLabels {
  readonly version: string;
  readonly status: string;
}

export async function createKubernetesFixture(
  cluster: Cluster,
  namespace: string,
  options: KubernetesFixtureOptions = {},
): Promise<KubernetesFixture> {
  const real = await cluster.binFolder(options.helm ?? 4);
  const { node, ...programs } = options.programs ?? {
    kubectl: join(real, 'kubectl'),
    helm: join(real, 'helm'),
    node: process.execPath,
  };
  const recorder = await createRecorder(programs);
  const workplaces: TempWorkspace[] = [];
  const { folders, env: variables } = options.more ?? { folders: [], env: {} };
  const env = {
    ...variables,
    PATH: [recorder.folder, ...folders, '/usr/bin', '/bin'].join(':'),
    HOME: cluster.folder,
    KUBECONFIG: options.kubeconfig ?? cluster.kubeconfig,
    // kubectl and helm, which are written in Go, need a quarter less time with fewer garbage collections.
    GOGC: '400',
    ...SECRETS,
  };
  return {
    recorder,
    namespace,
    workplace: async (changes = {}) => {
      const made = await createWorkspace({ ...productionFile(cluster, namespace), ...changes }, env, node);
      workplaces.push(made);
      return made;
    },
    objects: async (kinds) => {
      const names = await cluster.kubectl(['get', kinds, '-n', namespace, '-o', 'name']);
      return names.split('\n').filter((name) => name !== '');
    },
    helmHistory: async () => {
      // The API itself answers in milliseconds, so that a test that polls does not miss a short status.
      const selector = encodeURIComponent('owner=helm,name=dify');
      const list = await cluster.api.get(`/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`);
      const { items } = list as { readonly items: readonly { readonly metadata: { readonly labels: HelmLabels } }[] };
      return items.map(({ metadata: { labels } }) => `${labels.version} ${labels.status}`).sort();
    },
    end: async () => {
      await Promise.all(workplaces.map((one) => one.remove()));
      await recorder.remove();
    },
  };
}
