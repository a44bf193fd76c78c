import { docker } from '../../exec/docker.ts';
import { helm } from '../../exec/helm.ts';
import { fromCluster } from '../cluster/connect.ts';
import { CollectionError, type Collector } from '../evidence.ts';
import { requireLocalEngine } from '../host/local-engine.ts';
import { APP_DRIFT, type Drift } from './drift.ts';

/** Changes in the installation since the last install. */
export const appDriftCollector: Collector<readonly Drift[]> = {
  key: APP_DRIFT,
  timeoutMs: 120_000,
  collect: async (context, need) => {
    const { deployment, runner, kubeArgs, signal } = context;
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    const { name, target } = deployment;
    if (target.type === 'compose') {
      const { directory } = await requireLocalEngine(context, need, 'files');
      const { composeDrift } = await import('./compose/read.ts');
      return composeDrift({ docker: docker(runner), project: { name, directory } }, signal);
    }
    // Imported here because it loads the schema: only needed on Kubernetes.
    const { kubernetesDrift } = await import('./kubernetes/read.ts');
    const release = { name, namespace: target.namespace };
    const source = { helm: helm(runner, kubeArgs), release };
    const found = await fromCluster(context, `get what helm installed in namespace ${target.namespace}`, (kubectl) =>
      kubernetesDrift({ ...source, kubectl }, signal),
    );
    return found.map(({ drift }) => drift);
  },
};
