import { UserError } from '../../base/errors.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';

type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

/** nginx resolves its upstreams when it starts and does not start without one of them; the worker waits for the api. */
const BEHIND_PROXY: readonly ComponentName[] = ['api', 'web', 'pluginDaemon'];

/** Refuses to switch off what the chart refers to all the same: nginx would not start, an Ingress would lead nowhere. Throws UserError. */
export function refuseDangling({ target }: Deployment, planned: Planned): void {
  const needed: readonly ComponentName[] = planned.proxy.enabled
    ? BEHIND_PROXY
    : target.type === 'kubernetes' && target.ingress !== undefined
      ? ['proxy']
      : [];
  const problems = needed
    .filter((name) => !planned[name].enabled)
    .map((name) => ({
      path: `components.${name}.enabled`,
      message: name === 'proxy' ? 'the Ingress leads to it' : 'the chart’s nginx needs it to start',
    }));
  if (problems.length === 0) return;
  throw new UserError(problems.map(({ path, message }) => `${path} cannot be false: ${message}`).join('; '), {
    problems,
  });
}
