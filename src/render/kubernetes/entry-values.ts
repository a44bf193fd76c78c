import { isIP } from 'node:net';
import type { JsonObject } from '../../base/json.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { ISSUER_ANNOTATIONS, type TlsIssuer } from '../../deployment/schema/target.ts';

/** Upstream's nginx takes 100 MB (compose template, NGINX_CLIENT_MAX_BODY_SIZE): its largest upload is a video of that size. */
const LARGEST_BODY_MB = 100;
/** As long as the chart's nginx waits for a stream. */
const STREAM_SECONDS = '3600';

/** Ingress, Service and nginx: one entry for every public address. */
export function entryValues(deployment: Deployment, api: PlannedComponent): JsonObject {
  const body = `${largestBody(api)}m`;
  return { proxy: { clientMaxBodySize: body }, ingress: ingress(deployment, body) };
}

/** What the file lets users upload, in MB (UPLOAD_*_SIZE_LIMIT), where that is more than the default. */
function largestBody({ extraEnv }: PlannedComponent): number {
  const limits = Object.entries(extraEnv)
    .filter(([name]) => /^UPLOAD_(\w+_)?FILE_SIZE_LIMIT$/.test(name))
    .map(([, value]) => Number(value))
    .filter(Number.isFinite);
  return Math.max(LARGEST_BODY_MB, ...limits);
}

function ingress({ target, urls }: Deployment, body: string): JsonObject {
  if (target.type !== 'kubernetes' || target.ingress === undefined) return { enabled: false };
  const { className, annotations, tls } = target.ingress;
  const addresses = [urls.console, urls.api, urls.app, urls.files, urls.trigger ?? urls.api];
  const hosts = [...new Set(addresses.map((address) => ruleHost(new URL(address).hostname)))];
  const named = hosts.filter((host) => host !== '');
  return {
    enabled: true,
    ...(className === undefined ? {} : { className }),
    annotations: { ...controllerAnnotations(className, body), ...issuerAnnotation(tls?.issuer), ...annotations },
    hosts: hosts.map((host) => ({ host, paths: [{ path: '/', pathType: 'Prefix' }] })),
    tls: tls === undefined ? [] : [{ secretName: tls.secretName, hosts: named }],
  };
}

/** cert-manager makes the Secret of an Ingress that has one of these (cert-manager.io, Annotated Ingress resource). */
function issuerAnnotation(issuer: TlsIssuer | undefined): Readonly<Record<string, string>> {
  if (issuer === undefined) return {};
  return { [ISSUER_ANNOTATIONS[issuer.kind]]: issuer.name };
}

/** An Ingress takes no address for a host (`spec.rules.host`): the rule is then for every host. */
function ruleHost(hostname: string): string {
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : '';
}

/** ingress-nginx cuts bodies at 1 MB and streams at a minute unless told otherwise (its annotations reference). Other controllers are the operator's to tune. */
function controllerAnnotations(className: string | undefined, body: string): Readonly<Record<string, string>> {
  if (className !== undefined && !className.includes('nginx')) return {};
  return {
    'nginx.ingress.kubernetes.io/proxy-body-size': body,
    'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
    'nginx.ingress.kubernetes.io/proxy-read-timeout': STREAM_SECONDS,
    'nginx.ingress.kubernetes.io/proxy-send-timeout': STREAM_SECONDS,
  };
}
