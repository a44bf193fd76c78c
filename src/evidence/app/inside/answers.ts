import { plannedComponents } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { type Collector, evidenceKey } from '../../evidence.ts';
import { deploymentOf, type Inside, runInside } from './exec.ts';
import { type InsideAnswer, type InsideRequest, parseAnswers, requestScript } from './requests.ts';

/** What the api gets from the sandbox, the plugin daemon and the SSRF proxy, by the name of the request. */
export type InsideAnswers = Readonly<Record<string, InsideAnswer>>;
export const APP_INSIDE = evidenceKey<Inside<InsideAnswers>>('app.inside', 1);

/** Text that the sandbox prints for difyctl. */
export const PRINTED = 'difyctl';
const WRONG_KEY = { literal: 'difyctl-sends-a-wrong-key' };
/** A tenant that does not exist: the plugin daemon has no plugins for it. */
const NO_TENANT = '00000000-0000-0000-0000-000000000000';

/** Milliseconds for the script, if each of its requests takes its whole time. */
const SCRIPT_MS = 100_000;

export const appInsideCollector: Collector<Inside<InsideAnswers>> = {
  key: APP_INSIDE,
  timeoutMs: 120_000,
  collect: (context, need) => {
    const script = requestScript(insideRequests(deploymentOf(context)));
    // The exit code is that of the last request. Each answer has its own.
    const command = ['sh', '-c', `${script}\ntrue`];
    return runInside(context, need, { component: 'api', command, timeoutMs: SCRIPT_MS }, parseAnswers);
  },
};

/** The requests for the planned components. The values of variables are those of the api's own environment. */
export function insideRequests(deployment: Deployment): readonly InsideRequest[] {
  const planned = plannedComponents(deployment);
  return [
    ...(planned.sandbox.enabled ? SANDBOX : []),
    ...(planned.pluginDaemon.enabled ? PLUGIN_DAEMON : []),
    ...(planned.ssrfProxy.enabled
      ? [...SSRF, ...(deployment.target.type === 'kubernetes' ? [SSRF_API_SERVER] : [])]
      : []),
  ];
}

function run(language: string, code: string): string {
  const body = JSON.stringify({ language, code, preload: '', enable_network: false });
  return `-H 'Content-Type: application/json' -d '${body}' "$CODE_EXECUTION_ENDPOINT/v1/sandbox/run"`;
}

/** The first run after a start loads the interpreter. */
const RUN = { key: { variable: 'CODE_EXECUTION_API_KEY' }, seconds: 10 };
const SANDBOX: readonly InsideRequest[] = [
  { name: 'sandbox.python', curl: run('python3', `print("${PRINTED}")`), ...RUN },
  { name: 'sandbox.javascript', curl: run('nodejs', `console.log("${PRINTED}")`), ...RUN },
  { name: 'sandbox.wrong-key', curl: run('python3', `print("${PRINTED}")`), key: WRONG_KEY },
];

const PLUGINS = `"$PLUGIN_DAEMON_URL/plugin/${NO_TENANT}/management/list?page=1&page_size=1"`;
const PLUGIN_DAEMON: readonly InsideRequest[] = [
  { name: 'plugin-daemon.health', curl: '"$PLUGIN_DAEMON_URL/health/check"' },
  { name: 'plugin-daemon.key', curl: PLUGINS, key: { variable: 'PLUGIN_DAEMON_KEY' } },
  { name: 'plugin-daemon.wrong-key', curl: PLUGINS, key: WRONG_KEY },
];

const THROUGH_PROXY = '-x "$SSRF_PROXY_HTTP_URL"';
/** Addresses that the SSRF proxy must refuse: cloud metadata and one address of each private range (RFC 1918). */
export const REFUSED = ['169.254.169.254', '10.0.0.1', '172.16.0.1', '192.168.0.1', '127.0.0.1'] as const;
const SSRF: readonly InsideRequest[] = [
  ...REFUSED.map((address) => ({ name: `ssrf.${address}`, curl: `${THROUGH_PROXY} http://${address}/` })),
  { name: 'ssrf.public', curl: `${THROUGH_PROXY} https://marketplace.dify.ai/` },
];
const SSRF_API_SERVER: InsideRequest = {
  name: 'ssrf.api-server',
  curl: `${THROUGH_PROXY} "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/"`,
};
