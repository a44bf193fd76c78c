import { plannedComponents } from '../../deployment/components.ts';
import { CollectionError, type Collector } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { type AnswersFact, APP_ANSWERS, APP_HEALTH, INIT, ROUTES, SETUP } from './answers.ts';
import { askInside, askNginx } from './compose-entrypoint.ts';
import { composeWorkloads } from './compose-workloads.ts';
import { deploymentOf } from './inside/exec.ts';
import { askService } from './kubernetes-entrypoint.ts';
import { kubernetesWorkloads } from './kubernetes-workloads.ts';
import { APP_WORKLOADS, type AppWorkload } from './workloads.ts';

/** The requested paths, each once. */
const PATHS = [...new Set([...ROUTES.map(({ path }) => path), SETUP, INIT])];

export const appAnswersCollector: Collector<AnswersFact> = {
  key: APP_ANSWERS,
  timeoutMs: 90_000,
  collect: async (context) => {
    const deployment = deploymentOf(context);
    if (!plannedComponents(deployment).proxy.enabled)
      throw new CollectionError('absent', 'nginx (components.proxy is off)');
    const { target } = deployment;
    if (target.type === 'compose') return askNginx(context, deployment, target, PATHS);
    return askService(context, target, 'proxy', PATHS);
  },
};

export const appHealthCollector: Collector<AnswersFact> = {
  key: APP_HEALTH,
  timeoutMs: 60_000,
  collect: async (context) => {
    const deployment = deploymentOf(context);
    const { target } = deployment;
    if (target.type === 'compose') return askInside(context, deployment, '/health');
    return askService(context, target, 'api', ['/health']);
  },
};

export const appWorkloadsCollector: Collector<readonly AppWorkload[]> = {
  key: APP_WORKLOADS,
  timeoutMs: 60_000,
  collect: async (context, need) => {
    const deployment = deploymentOf(context);
    const rendered = await need(RENDERED_OBJECTS);
    return deployment.target.type === 'compose'
      ? composeWorkloads(context, deployment.name, rendered)
      : kubernetesWorkloads(context, deployment.target.namespace, rendered);
  },
};
