import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { SQUID_INCLUDES, SSRF_RULES_KEY } from '../../render/kubernetes/ssrf-rules.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import { isGuarded } from '../../render/squid-config.ts';
import type { Need } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import type { BodyLimit, NamesSettings, TimeLimit, Variables } from './settings.ts';

/**
 * Keys under `global` and the variable that the chart sets for each, for the API's processes and for the web server
 * (docs/chart-facts.md).
 */
const API_KEYS = {
  consoleApiDomain: 'CONSOLE_API_URL',
  consoleWebDomain: 'CONSOLE_WEB_URL',
  serviceApiDomain: 'SERVICE_API_URL',
  appWebDomain: 'APP_WEB_URL',
  filesDomain: 'FILES_URL',
  triggerDomain: 'TRIGGER_URL',
};
const WEB_KEYS = { consoleApiDomain: 'CONSOLE_API_URL', appApiDomain: 'APP_API_URL' };
/** The same under `api.url`, in charts up to 0.33 (their templates/config.tpl). */
const OLD_KEYS: Partial<Readonly<Record<ComponentName, Readonly<Record<string, string>>>>> = {
  api: {
    consoleApi: 'CONSOLE_API_URL',
    consoleWeb: 'CONSOLE_WEB_URL',
    serviceApi: 'SERVICE_API_URL',
    appWeb: 'APP_WEB_URL',
    files: 'FILES_URL',
  },
  worker: { consoleWeb: 'CONSOLE_WEB_URL' },
  web: { consoleApi: 'CONSOLE_API_URL', appApi: 'APP_API_URL' },
};
const API_PROCESSES: readonly ComponentName[] = ['api', 'worker', 'beat', 'apiWebsocket'];

/** Annotations that limit the size of a request's body: ingress-nginx, F5's nginx, HAProxy Ingress. */
const BODY_ANNOTATIONS = [
  'nginx.ingress.kubernetes.io/proxy-body-size',
  'nginx.org/client-max-body-size',
  'haproxy-ingress.github.io/proxy-body-size',
];

/**
 * Annotations that limit the time of a request, in seconds or with a unit: ingress-nginx, F5's nginx, HAProxy
 * Technologies, HAProxy Ingress.
 */
const TIME_ANNOTATIONS = [
  'nginx.ingress.kubernetes.io/proxy-read-timeout',
  'nginx.org/proxy-read-timeout',
  'haproxy.org/timeout-server',
  'haproxy-ingress.github.io/timeout-server',
];
/** A list of attributes of the AWS Load Balancer Controller, of which one is the time without data. */
const ALB_ATTRIBUTES = 'alb.ingress.kubernetes.io/load-balancer-attributes';
const ALB_IDLE = /(?:^|,)\s*idle_timeout\.timeout_seconds=(\d+)/;
/** The read timeout of the chart's nginx, which no value changes (docs/chart-facts.md). */
const NGINX_SECONDS = '3600s';

/** The settings in values.yaml, `extraValues` included. */
export async function kubernetesSettings(
  { values, secret, manifests }: RenderedKubernetes,
  need: Need,
): Promise<NamesSettings> {
  // If helm cannot render, `internalHosts` is empty; config.renders reports the reason.
  const objects = await need(RENDERED_OBJECTS).then(
    (set) => set.objects,
    () => [],
  );
  return {
    variables: Object.fromEntries(COMPONENTS.map((name) => [name, variablesOf(values, name)])),
    bodyLimits: bodyLimits(values),
    timeLimits: [
      { place: 'nginx', value: NGINX_SECONDS },
      ...timeAnnotations(values),
      ...manifests.flatMap(routeTimes),
    ],
    isGuarded: isProxyGuarded(values, secret),
    internalHosts: objects
      .filter(({ kind }) => kind === 'Service')
      .map(({ name }) => name)
      .sort(),
  };
}

function variablesOf(values: unknown, component: ComponentName): Variables {
  const extra = listAt(values, component, 'extraEnv').map(
    (one) => [textAt(one, 'name'), textAt(one, 'value')] as const,
  );
  const keys = API_PROCESSES.includes(component) ? API_KEYS : component === 'web' ? WEB_KEYS : {};
  const made = [
    ...Object.entries(OLD_KEYS[component] ?? {}).map(
      ([key, name]) => [name, textAt(values, 'api', 'url', key)] as const,
    ),
    ...Object.entries(keys).map(([key, name]) => [name, textAt(values, 'global', key)] as const),
  ];
  const socket = component === 'web' ? textAt(values, 'apiWebsocket', 'socketUrl') : '';
  const enabled = at(values, 'global', 'marketplace', 'enabled');
  const marketplace = textAt(values, 'global', 'marketplace', 'apiUrl');
  return {
    ...(typeof enabled === 'boolean' ? { MARKETPLACE_ENABLED: String(enabled) } : {}),
    ...(marketplace === '' ? {} : { MARKETPLACE_API_URL: marketplace }),
    ...Object.fromEntries(made.filter(([, value]) => value !== '')),
    ...(socket === '' ? {} : { NEXT_PUBLIC_SOCKET_URL: socket }),
    ...Object.fromEntries(extra),
  };
}

/**
 * True if the rendered rules are mounted at the path from which the chart's squid reads them, and refuse private
 * addresses.
 */
function isProxyGuarded(values: unknown, { name, data }: RenderedKubernetes['secret']): boolean {
  if (at(values, 'ssrfProxy', 'enabled') !== true) return false;
  const mounts = listAt(values, 'ssrfProxy', 'extraVolumeMounts');
  const mounted = mounts.filter((mount) => textAt(mount, 'mountPath') === SQUID_INCLUDES);
  const volumes = listAt(values, 'ssrfProxy', 'extraVolumes').filter((volume) =>
    mounted.some((mount) => textAt(mount, 'name') === textAt(volume, 'name')),
  );
  const isOurs = volumes.some((volume) => textAt(volume, 'secret', 'secretName') === name);
  return isOurs && isGuarded(data[SSRF_RULES_KEY] ?? '');
}

/** The annotations of the rendered Ingress. */
function annotationsOf(values: unknown): Readonly<Record<string, string>> {
  return at(values, 'ingress', 'enabled') === true ? labelsAt(values, 'ingress', 'annotations') : {};
}

function timeAnnotations(values: unknown): readonly TimeLimit[] {
  const annotations = annotationsOf(values);
  const idle = ALB_IDLE.exec(annotations[ALB_ATTRIBUTES] ?? '')?.[1];
  const said = TIME_ANNOTATIONS.map((place) => ({ place, value: annotations[place] }));
  return [...said, { place: ALB_ATTRIBUTES, value: idle }].flatMap(({ place, value }) =>
    value === undefined ? [] : [{ place, value }],
  );
}

function routeTimes({ kind, spec }: KubernetesObject): readonly TimeLimit[] {
  if (kind !== 'HTTPRoute') return [];
  const times = listAt(spec, 'rules').map((rule) => textAt(rule, 'timeouts', 'request'));
  return times.filter((value) => value !== '').map((value) => ({ place: 'HTTPRoute', value }));
}

function bodyLimits(values: unknown): readonly BodyLimit[] {
  const nginx = textAt(values, 'proxy', 'clientMaxBodySize');
  const annotations = annotationsOf(values);
  const said = BODY_ANNOTATIONS.flatMap((place) => {
    const value = annotations[place];
    return value === undefined ? [] : [{ place, value }];
  });
  return [...(nginx === '' ? [] : [{ place: 'nginx', value: nginx }]), ...said];
}
