import { at, textAt } from '../../base/json-path.ts';
import { COMPONENTS } from '../../checklist/components.ts';
import type { CollectContext, Collector } from '../evidence.ts';
import { dockerConfig } from '../images/logins.ts';
import { notRendered } from '../rendered/not-rendered.ts';
import { NAMES_SETTINGS, type NamesSettings, type Variables } from './settings.ts';
import { composeSettings } from './settings-compose.ts';
import { kubernetesSettings } from './settings-kubernetes.ts';

export const namesSettingsCollector: Collector<NamesSettings> = {
  key: NAMES_SETTINGS,
  timeoutMs: 130_000,
  collect: async (context, need) => {
    const { rendered, renderFault } = context;
    if (rendered === undefined) throw notRendered(renderFault);
    if (rendered.target === 'kubernetes') return cleaned(await kubernetesSettings(rendered, need));
    const dockerProxies = await proxiesOfDocker(context);
    return cleaned({ ...composeSettings(rendered), ...(dockerProxies === undefined ? {} : { dockerProxies }) });
  },
};

const ABOUT_NAMES =
  /^(CONSOLE_WEB_URL|CONSOLE_API_URL|SERVICE_API_URL|APP_WEB_URL|APP_API_URL|FILES_URL|INTERNAL_FILES_URL|TRIGGER_URL|ENDPOINT_URL_TEMPLATE|SERVER_CONSOLE_API_URL|NEXT_PUBLIC_SOCKET_URL|COOKIE_DOMAIN|NEXT_PUBLIC_COOKIE_DOMAIN|CONSOLE_CORS_ALLOW_ORIGINS|WEB_API_CORS_ALLOW_ORIGINS|UPLOAD_\w*FILE_SIZE_LIMIT|(WORKFLOW|APP)_MAX_EXECUTION_TIME|PLUGIN_MAX_PACKAGE_SIZE|MAX_PLUGIN_PACKAGE_SIZE|SSRF_\w+|MARKETPLACE_(ENABLED|API_URL)|PIP_MIRROR_URL|(HTTPS?|ALL|NO)_PROXY)$/i;

/** True for the variables that are collected. */
function isAboutNames(name: string): boolean {
  return ABOUT_NAMES.test(name);
}

/** Removes a login from a proxy's address. */
function withoutLogin(value: string): string {
  return value.replace(/\/\/[^/@\s]*@/g, '//');
}

function cleaned(settings: NamesSettings): NamesSettings {
  const of = (variables: Variables): Variables =>
    Object.fromEntries(
      Object.entries(variables)
        .filter(([name]) => isAboutNames(name))
        .map(([name, value]) => [name, withoutLogin(value)]),
    );
  const { dockerProxies } = settings;
  return {
    ...settings,
    variables: Object.fromEntries(COMPONENTS.map((name) => [name, of(settings.variables[name] ?? {})])),
    ...(dockerProxies === undefined ? {} : { dockerProxies: of(dockerProxies) }),
  };
}

/**
 * Keys of `proxies.default`, and the variables that docker and Compose set for them in every container (Docker's CLI
 * reference).
 */
const DOCKER_PROXIES = {
  httpProxy: 'HTTP_PROXY',
  httpsProxy: 'HTTPS_PROXY',
  allProxy: 'ALL_PROXY',
  noProxy: 'NO_PROXY',
};

async function proxiesOfDocker(context: CollectContext): Promise<Variables | undefined> {
  const proxies = at(await dockerConfig(context), 'proxies');
  const host = context.env.DOCKER_HOST ?? '';
  const own = at(proxies, host) ?? at(proxies, 'default');
  const found = Object.entries(DOCKER_PROXIES)
    .map(([key, name]) => [name, textAt(own, key)] as const)
    .filter(([, value]) => value !== '');
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
