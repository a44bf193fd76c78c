import { type Collector, EvidenceMissing } from '../evidence.ts';
import { composeLiving } from './compose.ts';
import { kubernetesLiving } from './kubernetes.ts';
import { type LivingFact, RELEASE_LIVING } from './living.ts';

export const releaseLivingCollector: Collector<LivingFact> = {
  key: RELEASE_LIVING,
  timeoutMs: 60_000,
  collect: async (context, need) => {
    const { deployment } = context;
    if (deployment === undefined) throw new EvidenceMissing('absent', 'a deployment file');
    const { name, target } = deployment;
    return target.type === 'compose'
      ? composeLiving(context, need, name)
      : kubernetesLiving(context, target.namespace, name);
  },
};
