import {
  AUDIT_ENTRIES,
  AUDIT_SETTINGS,
  AUDIT_WORKLOADS,
  type AuditedEntry,
  type AuditedWorkload,
  type OpenPort,
} from '../../../evidence/audit/facts.ts';
import type { JudgeContext, Judgement } from '../../check.ts';
import { counted, finding, listed, pass, some } from '../../judgement.ts';
import { errorInProd } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { isCompose, named, running, settingsOf, workloadsOf } from '../context.ts';

/** Ports of Dify's own parts that must not be reachable from outside, with their use. */
const INNER_PORTS: Readonly<Record<number, string>> = {
  3128: 'the egress proxy',
  5001: 'the API without its routes',
  5002: 'the plugin daemon',
  5003: 'remote debugging of plugins',
  5004: 'the local sandbox',
  5050: 'the agent backend',
  8194: 'the code sandbox',
};

export const auditPublishedPorts = auditCheck({
  id: 'config.published-ports',
  title: 'only the web server is reachable from outside',
  severity: errorInProd,
  risk: 9,
  change: 'opens the ports of the web server only, and leaves port 5003 closed',
  requires: [AUDIT_WORKLOADS, AUDIT_ENTRIES],
  remedy: 'remove these ports, or bind them to 127.0.0.1',
  judge: (context) => {
    const expected = 'only the ports of the web server';
    const open = [
      ...workloadsOf(context).flatMap((workload) =>
        workload.ports.filter((port) => isWrong(workload, port)).map((port) => says(workload, port)),
      ),
      ...context
        .evidence(AUDIT_ENTRIES)
        .filter(({ kind }) => kind === 'Service')
        .flatMap(innerPorts),
    ];
    if (open.length === 0) return pass('only the web server', expected);
    return finding('fail', {
      observed: some(open, 8),
      expected,
      message: `reachable from outside: ${some(open, 8)}`,
    });
  },
});

function isWrong({ component }: AuditedWorkload, { isLocal }: OpenPort): boolean {
  return !isLocal && component !== 'proxy';
}

function says({ name, store }: AuditedWorkload, { at, port }: OpenPort): string {
  const use = INNER_PORTS[port] ?? store;
  return `${name} at ${at}${use === undefined ? '' : ` (${use})`}`;
}

/** Open ports of a Service that lead to a part of Dify, or to a data service, and not to its web server. */
function innerPorts({ ports }: AuditedEntry): readonly string[] {
  const inner = ports.filter(({ port }) => INNER_PORTS[port] !== undefined || DATA_PORTS.has(port));
  return inner.map(({ port, at }) => `${at} (${INNER_PORTS[port] ?? 'a data service'})`);
}

/** PostgreSQL, MySQL, Redis, Sentinel, Weaviate's gRPC, Qdrant, Milvus, Elasticsearch, MinIO. */
const DATA_PORTS: ReadonlySet<number> = new Set([5432, 3306, 6379, 26379, 50051, 6333, 6334, 19530, 9200, 9000]);

/** Public addresses of Dify, as its variables name them. */
const PUBLIC_URLS = [
  'CONSOLE_WEB_URL',
  'CONSOLE_API_URL',
  'SERVICE_API_URL',
  'APP_WEB_URL',
  'APP_API_URL',
  'FILES_URL',
  'TRIGGER_URL',
] as const;

export const auditTls = auditCheck({
  id: 'config.tls',
  title: 'every public address is https, and every entry from outside terminates TLS',
  severity: errorInProd,
  risk: 8,
  change: 'writes https addresses into every process, and gives the ingress or nginx a certificate',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS, AUDIT_ENTRIES],
  remedy: 'give the ingress or nginx a certificate, and set the public addresses to https',
  judge: (context) => {
    const expected = 'https on every public address';
    const urls = publicUrls(context);
    const plain = Object.entries(urls).filter(([, url]) => url.startsWith('http://'));
    const open = withoutTls(
      context,
      Object.values(urls).some((url) => url.startsWith('https://')),
    );
    const gaps = [...plain.map(([name, url]) => `${name} is ${url}`), ...open];
    if (gaps.length > 0) {
      return finding('fail', {
        observed: some(gaps, 8),
        expected,
        message: `without TLS: ${some(gaps, 8)}; sessions and keys cross the network unencrypted`,
      });
    }
    return pass(`https: ${listed([...new Set(Object.values(urls))].slice(0, 3))}`, expected);
  },
});

function publicUrls(context: JudgeContext): Readonly<Record<string, string>> {
  const all = running(context, 'api', 'web').flatMap((one) => {
    const settings = settingsOf(context, one);
    return PUBLIC_URLS.flatMap((name): [string, string][] => {
      const value = settings[name] ?? '';
      return /^https?:\/\//.test(value) && !isInner(value) ? [[name, value]] : [];
    });
  });
  return Object.fromEntries(all);
}

/** True for an address that only processes of the installation use. */
function isInner(url: string): boolean {
  return /^https?:\/\/(api|[\w-]+-api)(:\d+)?(\/|$)/.test(url);
}

/** Entries that do not terminate TLS. A proxy in front of them may: then a public address is https. */
function withoutTls(context: JudgeContext, hasHttps: boolean): readonly string[] {
  if (isCompose(context)) return hasHttps ? [] : plainServers(context);
  const entries = context.evidence(AUDIT_ENTRIES);
  const ingresses = entries.filter(({ kind, tls }) => kind === 'Ingress' && tls === false);
  if (hasHttps && entries.every(({ kind }) => kind !== 'Ingress')) return [];
  if (ingresses.length > 0) return ingresses.map(({ name }) => `Ingress ${name} names no certificate`);
  if (hasHttps) return [];
  const services = entries.filter(({ kind }) => kind === 'Service');
  if (services.length > 0)
    return services.map(({ name }) => `Service ${name} is reachable from outside and does not terminate TLS`);
  return entries.length > 0 ? [] : ['no public address is set, and no Ingress or HTTPRoute accepts outside traffic'];
}

function plainServers(context: JudgeContext): readonly string[] {
  const servers = running(context, 'proxy');
  if (servers.length === 0) return ['no public address is set, and no web server of the project terminates TLS'];
  return servers.flatMap((one) => {
    const isOn = !/^false$/i.test(settingsOf(context, one).NGINX_HTTPS_ENABLED ?? '');
    return isOn && one.ports.some(({ port }) => port === 443) ? [] : [`${named(one)} listens without TLS`];
  });
}

export const auditSsrf = auditCheck({
  id: 'names.ssrf-proxy',
  title: 'requests of apps and of code go through an SSRF proxy',
  severity: errorInProd,
  risk: 8,
  change: 'runs squid with rules that refuse private addresses, and sends api, worker and sandbox through it',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS],
  remedy:
    'run the SSRF proxy, and set SSRF_PROXY_HTTP_URL and SSRF_PROXY_HTTPS_URL of api and worker, HTTP_PROXY and HTTPS_PROXY of the sandbox',
  judge: (context): Judgement => {
    const expected = 'a proxy on api, worker and sandbox';
    const askers = running(context, 'api', 'worker').filter((one) =>
      lacks(context, one, ['SSRF_PROXY_HTTP_URL', 'SSRF_PROXY_HTTPS_URL']),
    );
    const sandboxes = running(context, 'sandbox').filter(
      (one) => lacks(context, one, ['HTTP_PROXY', 'HTTPS_PROXY']) && hasWayOut(one),
    );
    const open = [...askers, ...sandboxes].map(named);
    if (open.length === 0)
      return pass(
        `${counted(running(context, 'api', 'worker', 'sandbox').length, 'process', 'processes')} behind a proxy`,
        expected,
      );
    return finding('fail', {
      observed: `no proxy: ${some(open, 6)}`,
      expected,
      message: `no SSRF proxy on ${some(open, 6)}: apps and code can fetch everything that these processes reach, including cloud metadata`,
    });
  },
});

function lacks(context: JudgeContext, workload: AuditedWorkload, variables: readonly string[]): boolean {
  const settings = settingsOf(context, workload);
  return variables.some((name) => (settings[name] ?? '') === '');
}

/** False for a container on internal networks only. */
function hasWayOut({ networks }: AuditedWorkload): boolean {
  return networks.length === 0 || networks.some(({ isInternal }) => !isInternal);
}

export const auditPluginSignatures = auditCheck({
  id: 'config.plugin-signatures',
  title: 'the plugin daemon installs signed plugins only',
  severity: errorInProd,
  risk: 7,
  change: 'leaves FORCE_VERIFYING_SIGNATURE at its default, which is on',
  requires: [AUDIT_WORKLOADS, AUDIT_SETTINGS],
  remedy: 'remove FORCE_VERIFYING_SIGNATURE=false, and sign your own plugins',
  judge: (context) => {
    const expected = 'signatures are verified';
    const lax = running(context, 'pluginDaemon').filter((one) =>
      /^(false|0|no|off)$/i.test(settingsOf(context, one).FORCE_VERIFYING_SIGNATURE ?? ''),
    );
    if (lax.length === 0) return pass(expected);
    const observed = `FORCE_VERIFYING_SIGNATURE is off in ${listed(lax.map(named))}`;
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: anyone who may install plugins runs code in it`,
    });
  },
});
