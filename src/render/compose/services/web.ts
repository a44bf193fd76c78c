import type { ComposeContext } from '../context.ts';
import { HEALTH } from '../health.ts';
import { SERVICE_OF } from '../names.ts';
import { componentResources, type Service } from '../service.ts';

/** The web front end. It is stateless, so it can have any number of containers. */
export function webService(context: ComposeContext): Readonly<Record<string, Service>> {
  const { planned, environment, variables, deployment } = context;
  if (!planned.web.enabled) return {};
  return {
    [SERVICE_OF.web]: {
      image: context.componentImage('web'),
      component: 'web',
      environment: variables.environment(environment.web),
      networks: ['default'],
      health: HEALTH.web,
      resources: componentResources('web', planned.web, deployment.components.web),
    },
  };
}
