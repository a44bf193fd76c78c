import type { ComponentName } from '../../../checklist/components.ts';
import type { PlannedComponent } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import {
  API_PROCESSES,
  type ChartBlock,
  given,
  SECRET_PLACEHOLDER,
  unite,
  type Variables,
} from '../../../providers/chart-block.ts';
import type { ServiceAddresses } from '../../dify-env/addresses.ts';
import { socketUrl } from '../../dify-env/urls.ts';

type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

/** Public addresses, Dify's own keys, and the internal addresses of the processes. */
export function processBlock(deployment: Deployment, planned: Planned, addresses: ServiceAddresses): ChartBlock {
  const { urls } = deployment;
  const trigger = urls.trigger ?? urls.api;
  return {
    values: {
      global: {
        consoleApiDomain: urls.console,
        consoleWebDomain: urls.console,
        serviceApiDomain: urls.api,
        appApiDomain: urls.app,
        appWebDomain: urls.app,
        filesDomain: urls.files,
        triggerDomain: trigger,
        appSecretKey: SECRET_PLACEHOLDER,
        ...(deployment.marketplace?.proxy === true ? { marketplace: { apiProxyEnabled: true } } : {}),
      },
      api: { auth: { internalApiKey: SECRET_PLACEHOLDER } },
      apiWebsocket: { socketUrl: socketUrl(urls.console) },
      sandbox: { auth: { apiKey: SECRET_PLACEHOLDER } },
      pluginDaemon: { auth: { serverKey: SECRET_PLACEHOLDER } },
      agentBackend: {
        auth: {
          apiToken: SECRET_PLACEHOLDER,
          serverSecretKey: SECRET_PLACEHOLDER,
          shellctlAuthToken: SECRET_PLACEHOLDER,
        },
      },
    },
    gives: unite(
      given(API_PROCESSES, {
        CONSOLE_WEB_URL: urls.console,
        CONSOLE_API_URL: urls.console,
        SERVICE_API_URL: urls.api,
        APP_WEB_URL: urls.app,
        FILES_URL: urls.files,
        TRIGGER_URL: trigger,
        ...neighbours(planned, addresses),
      }),
      given(['api', 'apiWebsocket'], {
        MODE: 'api',
        ENABLE_COLLABORATION_MODE: String(planned.apiWebsocket.enabled),
        ...(planned.ssrfProxy.enabled
          ? { SSRF_PROXY_HTTP_URL: addresses.ssrfProxy, SSRF_PROXY_HTTPS_URL: addresses.ssrfProxy }
          : {}),
      }),
      otherProcesses(deployment, planned, addresses),
    ),
  };
}

function neighbours(planned: Planned, addresses: ServiceAddresses): Variables {
  return {
    ...(planned.sandbox.enabled ? { CODE_EXECUTION_ENDPOINT: addresses.sandbox } : {}),
    ...(planned.pluginDaemon.enabled ? { PLUGIN_DAEMON_URL: addresses.pluginDaemon } : {}),
    ...(planned.agentBackend.enabled ? { AGENT_BACKEND_BASE_URL: addresses.agentBackend } : {}),
  };
}

function otherProcesses({ urls }: Deployment, planned: Planned, addresses: ServiceAddresses): ChartBlock['gives'] {
  return {
    web: {
      CONSOLE_API_URL: urls.console,
      SERVER_CONSOLE_API_URL: addresses.api,
      APP_API_URL: urls.app,
      ...(planned.apiWebsocket.enabled ? { NEXT_PUBLIC_SOCKET_URL: socketUrl(urls.console) } : {}),
    },
    sandbox: {
      GIN_MODE: 'release',
      SANDBOX_PORT: '8194',
      ...(planned.ssrfProxy.enabled ? { HTTP_PROXY: addresses.ssrfProxy, HTTPS_PROXY: addresses.ssrfProxy } : {}),
    },
    pluginDaemon: {
      SERVER_PORT: '5002',
      PLUGIN_REMOTE_INSTALLING_HOST: '0.0.0.0',
      PLUGIN_REMOTE_INSTALLING_PORT: '5003',
      MAX_PLUGIN_PACKAGE_SIZE: '52428800',
      PLUGIN_WORKING_PATH: '/app/cwd',
      DIFY_INNER_API_URL: addresses.api,
    },
    agentBackend: {
      DIFY_AGENT_INNER_API_URL: addresses.api,
      DIFY_AGENT_STUB_API_BASE_URL: `${addresses.agentBackend}/agent-stub`,
      ...(planned.pluginDaemon.enabled ? { DIFY_AGENT_PLUGIN_DAEMON_URL: addresses.pluginDaemon } : {}),
      ...(planned.localSandbox.enabled ? { DIFY_AGENT_SHELLCTL_ENTRYPOINT: addresses.localSandbox } : {}),
    },
  };
}
