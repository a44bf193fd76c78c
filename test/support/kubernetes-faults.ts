import { execa } from 'execa';
import { builtProgram } from './built.ts';
import type { Outcome, TempWorkspace } from './difyctl.ts';
import type { Findings } from './findings.ts';

/** Runs kubectl in the namespace of an installation. */
export type Kubectl = (...args: readonly string[]) => Promise<string>;

/**
 * Several faults in running pods, beside those of the scenes before, and the findings of `app.*` that postflight must
 * then have. A later finding of a check replaces the earlier one.
 */
export interface PodScene {
  readonly faults: string;
  readonly inject: (kubectl: Kubectl) => Promise<unknown>;
  /** `STATUS: WHAT WAS OBSERVED` of each finding, by the id of its check. */
  readonly findings: Findings;
}

/** Milliseconds that the clock of postflight is ahead: a beat must have sent its first task by then. */
const AHEAD_MS = 200_000;

/** Runs difyctl with a clock that is ahead. */
export async function runAhead({ folder, env }: TempWorkspace, ...args: readonly string[]): Promise<Outcome> {
  const clock = `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { super(...(given.length === 0 ? [Real.now() + ${AHEAD_MS}] : given)); }
      static now() { return Real.now() + ${AHEAD_MS}; }
    };`;
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(clock)}`];
  const options = { cwd: folder, env, extendEnv: false, reject: false, stdin: 'ignore' } as const;
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [...preload, await builtProgram(), ...args],
    options,
  );
  return { code: exitCode, stdout, stderr };
}

const setEnv = (kubectl: Kubectl, component: string, ...variables: readonly string[]) =>
  kubectl('set', 'env', `deployment/dify-${component}`, ...variables);

const scale = (kubectl: Kubectl, replicas: number, ...components: readonly string[]) =>
  kubectl('scale', `--replicas=${replicas}`, ...components.map((name) => `deployment/dify-${name}`));

async function rolledOut(kubectl: Kubectl, ...components: readonly string[]): Promise<void> {
  for (const name of components) await kubectl('rollout', 'status', `deployment/dify-${name}`, '--timeout=240s');
}

/** Edits the files of a component in its ConfigMap, and starts its pod again. */
async function edit(kubectl: Kubectl, component: string, by: (text: string) => string): Promise<void> {
  const configMap = JSON.parse(await kubectl('get', 'configmap', `dify-${component}`, '-o', 'json')) as {
    data: Record<string, string>;
  };
  const data = Object.fromEntries(Object.entries(configMap.data).map(([name, text]) => [name, by(text)]));
  await kubectl('patch', 'configmap', `dify-${component}`, '--type=merge', '-p', JSON.stringify({ data }));
  await kubectl('delete', 'pod', '-l', `component=${component}`, '--grace-period=1');
}

/** Runs a statement in Dify's database. */
async function psql(kubectl: Kubectl, statement: string): Promise<string> {
  const pod = (await kubectl('get', 'pod', '-l', 'app=postgresql', '-o', 'name')).trim();
  return kubectl('exec', pod, '--', 'psql', '-U', 'postgres', '-d', 'dify', '-c', statement);
}

function worseNginx(text: string): string {
  return text
    .replace(/ *location \/v1 \{[^}]*\}\n/, '')
    .replace(/client_max_body_size \w+;/, 'client_max_body_size 1m;')
    .replace('proxy_buffering off;', 'proxy_buffering on;')
    .replace(/ *proxy_set_header X-Forwarded-Proto .*\n/, '')
    .replace(/ *proxy_set_header Upgrade .*\n/, '')
    .replace('location /console/api {', '$& proxy_hide_header X-Version; add_header X-Version 1.9.9 always;');
}

/** Removes what `difyctl install` must not: a budget of others, and a revision that another release wrote. */
export async function removeForeign(kubectl: Kubectl): Promise<void> {
  await kubectl('delete', 'poddisruptionbudget', 'of-others');
  await psql(kubectl, "delete from alembic_version where version_num = '00bacef91f18'");
}

export const POD_SCENES: readonly PodScene[] = [
  {
    faults: 'an old schema, old queues, two beats, other keys, open proxies and a budget that blocks drains',
    inject: async (kubectl) => {
      await psql(kubectl, "update alembic_version set version_num = '00bacef91f18'");
      await setEnv(kubectl, 'worker', 'CELERY_QUEUES=dataset,mail,conversation');
      await setEnv(kubectl, 'sandbox', 'API_KEY=another-key-of-the-sandbox');
      await setEnv(kubectl, 'plugin-daemon', 'SERVER_KEY=another-key', 'DIFY_INNER_API_KEY=another-inner-key');
      await scale(kubectl, 2, 'beat');
      await edit(kubectl, 'proxy', worseNginx);
      await edit(kubectl, 'ssrf-proxy', (text) => text.replace('acl CONNECT method', 'http_access allow all\n$&'));
      await kubectl('create', 'poddisruptionbudget', 'of-others', '--selector=component=api', '--max-unavailable=0');
      await rolledOut(kubectl, 'worker', 'sandbox', 'plugin-daemon', 'beat', 'proxy', 'ssrf-proxy');
    },
    findings: {
      'app.drift': /^fail: \d+ changes since the last install: /,
      'app.schema': 'fail: revision 00bacef91f18 in the database',
      'app.queues': /^fail: no worker reads the queues ops_trace, app_deletion, plugin, workflow_storage, /,
      'app.beat': /^fail: 2 beats run: dify-beat-\S+ and dify-beat-\S+$/,
      'app.keys':
        'fail: SERVER_KEY of pluginDaemon: not the value of PLUGIN_DAEMON_KEY of api, ' +
        'DIFY_INNER_API_KEY of pluginDaemon: not the value of INNER_API_KEY_FOR_PLUGIN of api and ' +
        'API_KEY of sandbox: not the value of CODE_EXECUTION_API_KEY of api',
      'app.sandbox': 'fail: Python: 401 and JavaScript: 401',
      'app.plugin-daemon': 'fail: the key of the api: 401',
      'app.ssrf-proxy': /^fail: 169\.254\.169\.254: .+ more$/,
      'app.ping': 'fail: the API reports version 1.9.9',
      'app.routes': 'fail: /v1/info: 404 text/html from the web front end, not the API',
      'app.upload': 'fail: nginx refuses 100 MiB with 413',
      'app.websocket':
        /^fail: \/socket\.io\/ through a port-forward to pod dify-proxy-\S+ .*: 200 text\/plain from the websocket$/,
      'app.streaming': /^fail: nginx: proxy_buffering is on in location \/console\/api, /,
      'app.forwarded': /^warn: nginx: sends not both in location \/console\/api, /,
      'app.budgets':
        'fail: budget of-others allows no eviction: 1 of 1 pod healthy, 1 required (the budget is not part of the deployment)',
    },
  },
  {
    faults: 'two heads of the schema, a worker that hangs, a silent beat and a sandbox that is scaled to 0',
    inject: async (kubectl) => {
      await setEnv(kubectl, 'api', 'STAND_IN_HEAD=00bacef91f18');
      await setEnv(kubectl, 'worker', 'STAND_IN_FAIL=hang');
      await setEnv(kubectl, 'beat', 'STAND_IN_FAIL=hang');
      await scale(kubectl, 1, 'beat');
      await scale(kubectl, 0, 'sandbox');
      await rolledOut(kubectl, 'api', 'worker', 'beat');
    },
    findings: {
      'app.workloads': 'fail: dify-sandbox has 0 of 1 (is scaled to 0)',
      'app.endpoints': 'fail: Service dify-sandbox has 0 ready endpoints, not 1 or more',
      'app.schema': /^fail: the image has the heads \w+ and 00bacef91f18$/,
      'app.workers': /^fail: no answer from celery@dify-worker-\S+$/,
      'app.queues': 'fail: no worker named its queues',
      'app.beat': 'fail: beat sent no task within the last 5 minutes',
      'app.keys':
        'fail: SERVER_KEY of pluginDaemon: not the value of PLUGIN_DAEMON_KEY of api and ' +
        'DIFY_INNER_API_KEY of pluginDaemon: not the value of INNER_API_KEY_FOR_PLUGIN of api',
      'app.sandbox': /^fail: Python: .+, JavaScript: .+ and a wrong key: .+$/,
    },
  },
  {
    faults: 'two revisions of the schema, no worker, no beat and no SSRF proxy',
    inject: async (kubectl) => {
      await scale(kubectl, 0, 'worker', 'beat', 'ssrf-proxy');
      await setEnv(kubectl, 'api', 'STAND_IN_HEAD-');
      // A new pod of the api migrates the database first.
      await rolledOut(kubectl, 'api', 'worker', 'beat', 'ssrf-proxy');
      await psql(kubectl, "insert into alembic_version values ('00bacef91f18')");
    },
    findings: {
      'app.workloads':
        'fail: dify-beat has 0 of 1 (is scaled to 0), dify-sandbox has 0 of 1 (is scaled to 0), ' +
        'dify-ssrf-proxy has 0 of 1 (is scaled to 0) and dify-worker has 0 of 1 (is scaled to 0)',
      'app.endpoints':
        'fail: Service dify-sandbox has 0 ready endpoints, not 1 or more and ' +
        'Service dify-ssrf-proxy has 0 ready endpoints, not 1 or more',
      'app.schema': /^fail: the database has the revisions \w+ and \w+ at once$/,
      'app.workers': 'fail: no worker runs',
      'app.beat': 'fail: no beat runs',
      'app.ssrf-proxy': /^fail: 169\.254\.169\.254: .+ and 2 more$/,
    },
  },
];
