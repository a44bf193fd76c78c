import { isIP } from 'node:net';
import type { JsonObject } from '../../base/json.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { ISSUER_ANNOTATIONS, type TlsIssuer } from '../../deployment/schema/target.ts';

/**
 * In MB. Upstream's nginx accepts 100 MB (compose template, NGINX_CLIENT_MAX_BODY_SIZE), because the largest upload is
 * a video of that size.
 */
const LARGEST_BODY_MB = 100;
/** The same read timeout as that of the chart's nginx for streams. */
const STREAM_SECONDS = '3600';

/** Values of nginx, its Service and the Ingress: one entry point for every public address. */
export function entryValues(deployment: Deployment, api: PlannedComponent): JsonObject {
  const body = `${largestBody(api)}m`;
  return { proxy: { clientMaxBodySize: body }, ...service(deployment), ingress: ingress(deployment, body) };
}

function service({ target }: Deployment): JsonObject {
  if (target.type !== 'kubernetes' || target.loadBalancer === undefined) return {};
  const { annotations, sourceRanges } = target.loadBalancer;
  return {
    service: {
      type: 'LoadBalancer',
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(sourceRanges.length === 0 ? {} : { loadBalancerSourceRanges: sourceRanges }),
    },
  };
}

/** The largest upload that the file allows, in MB (UPLOAD_*_SIZE_LIMIT); at least the default. */
function largestBody({ extraEnv }: PlannedComponent): number {
  const limits = Object.entries(extraEnv)
    .filter(([name]) => /^UPLOAD_(\w+_)?FILE_SIZE_LIMIT$/.test(name))
    .map(([, value]) => Number(value))
    .filter(Number.isFinite);
  return Math.max(LARGEST_BODY_MB, ...limits);
}

/** The hosts of the public addresses, each once. The empty text stands for any host. */
export function publicHosts({ urls }: Deployment): readonly string[] {
  const addresses = [urls.console, urls.api, urls.app, urls.files, urls.trigger ?? urls.api];
  return [...new Set(addresses.map((address) => ruleHost(new URL(address).hostname)))];
}

function ingress(deployment: Deployment, body: string): JsonObject {
  const { target } = deployment;
  if (target.type !== 'kubernetes' || target.ingress === undefined) return { enabled: false };
  const { className, annotations, tls } = target.ingress;
  const hosts = publicHosts(deployment);
  const named = hosts.filter((host) => host !== '');
  return {
    enabled: true,
    ...(className === undefined ? {} : { className }),
    annotations: { ...controllerAnnotations(className, body), ...issuerAnnotation(tls?.issuer), ...annotations },
    hosts: hosts.map((host) => ({ host, paths: [{ path: '/', pathType: 'Prefix' }] })),
    tls: tls === undefined ? [] : [{ secretName: tls.secretName, hosts: named }],
  };
}

/**
 * cert-manager creates the TLS Secret of an Ingress with one of these annotations (cert-manager.io, Annotated Ingress
 * resource).
 */
function issuerAnnotation(issuer: TlsIssuer | undefined): Readonly<Record<string, string>> {
  if (issuer === undefined) return {};
  return { [ISSUER_ANNOTATIONS[issuer.kind]]: issuer.name };
}

/**
 * `spec.rules.host` of an Ingress must not be an IP address. For one, returns the empty text: the rule then applies to
 * every host.
 */
function ruleHost(hostname: string): string {
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : '';
}

/**
 * By default, ingress-nginx limits bodies to 1 MB and streams to one minute (its annotations reference). Other
 * controllers are configured by the operator.
 */
function controllerAnnotations(className: string | undefined, body: string): Readonly<Record<string, string>> {
  if (className !== undefined && !className.includes('nginx')) return {};
  return {
    'nginx.ingress.kubernetes.io/proxy-body-size': body,
    'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
    'nginx.ingress.kubernetes.io/proxy-read-timeout': STREAM_SECONDS,
    'nginx.ingress.kubernetes.io/proxy-send-timeout': STREAM_SECONDS,
  };
}
