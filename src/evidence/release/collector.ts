import { CollectionError, type Collector } from '../evidence.ts';
import { composeInstalled } from './compose.ts';
import { type InstalledFact, RELEASE_INSTALLED } from './installed.ts';
import { kubernetesInstalled } from './kubernetes.ts';

export const releaseInstalledCollector: Collector<InstalledFact> = {
  key: RELEASE_INSTALLED,
  timeoutMs: 60_000,
  collect: async (context, need) => {
    const { deployment } = context;
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    const { name, target } = deployment;
    return target.type === 'compose'
      ? composeInstalled(context, need, name)
      : kubernetesInstalled(context, target.namespace, name);
  },
};
