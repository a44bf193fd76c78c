import type { ComponentName } from '../../checklist/components.ts';
import { isExempt, proxyVariable } from '../../evidence/names/proxy-variables.ts';
import type { NamesSettings, Variables } from '../../evidence/names/settings.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { error } from '../when.ts';
import { settingsCheck } from './settings-check.ts';

/**
 * Processes whose HTTP clients use proxy variables and that call other components. The deployment itself sets the
 * variables of the sandbox.
 */
const CALLERS: readonly ComponentName[] = ['api', 'worker', 'beat', 'apiWebsocket', 'pluginDaemon', 'agentBackend'];

/**
 * Services that are called over HTTP or gRPC, by their names in Compose and in the chart. Clients of databases do not
 * use proxy variables.
 */
const CALLED = /(^|[-_])(api|plugin[-_]daemon|sandbox|agent[-_]backend|weaviate|weaviate-grpc)$/;

export const namesProxy = settingsCheck(
  {
    id: 'names.proxy',
    title: 'internal requests bypass the proxy',
    severity: error,
    remedy: 'add the hosts of the deployment to NO_PROXY',
  },
  (settings) => {
    const called = settings.internalHosts.filter((host) => CALLED.test(host));
    const expected = 'a NO_PROXY that names the hosts of the deployment';
    for (const component of CALLERS) {
      const { variables, place } = proxiesOf(settings, component);
      if (!hasProxy(variables)) continue;
      const caught = called.filter((host) => !isExempt(host, proxyVariable(variables, 'NO_PROXY') ?? ''));
      if (caught.length === 0) continue;
      return finding('fail', {
        observed: `${place} sends ${some(caught)} through a proxy`,
        expected,
        message: `${place} sends ${some(caught)} through a proxy, which cannot resolve them: the components of Dify could not reach each other`,
        remedy: `also set NO_PROXY to ${['localhost', '127.0.0.1', ...called].join(',')}`,
      });
    }
    const using = CALLERS.filter((component) => hasProxy(proxiesOf(settings, component).variables));
    return pass(
      using.length === 0 ? 'no proxy in the containers' : `internal requests of ${listed(using)} bypass the proxy`,
      expected,
    );
  },
);

function proxiesOf(
  { variables, dockerProxies }: NamesSettings,
  component: ComponentName,
): { readonly variables: Variables; readonly place: string } {
  const own = variables[component] ?? {};
  const place = hasProxy(own) ? `components.${component}.extraEnv` : 'docker’s config.json (proxies)';
  return { variables: { ...dockerProxies, ...own }, place };
}

function hasProxy(variables: Variables): boolean {
  return (['HTTP_PROXY', 'ALL_PROXY'] as const).some((name) => (proxyVariable(variables, name) ?? '') !== '');
}
