import { describe, expect, it } from 'vitest';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import type { ComponentName } from '../../src/checklist/components.ts';
import { connectionBudget, sumOf } from '../../src/deployment/connection-budget.ts';
import type { PlannedWorkload, RenderedSet } from '../../src/evidence/rendered/set.ts';
import { RENDERED_OBJECTS } from '../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { rendered, shape, workload } from '../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const PROD = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];

function verdict(id: string, over: JsonObject, set?: RenderedSet): readonly [status: string, words: string] {
  const deployment = parsedDeployment(deepMerge(PROD as JsonObject, over) as JsonObject);
  const { status, message } = judged(checkOf(id), {
    deployment,
    seen: set === undefined ? [] : [[RENDERED_OBJECTS, set]],
  });
  return [status, message];
}

/** A healthy process of the rendered set. */
function process(component: ComponentName, replicas: number, over: Partial<PlannedWorkload> = {}): PlannedWorkload {
  return workload(component, replicas, shape(1, 1), {
    component,
    settings: {},
    probes: ['liveness', 'readiness', 'startup'],
    ...over,
  });
}

const HEALTHY: readonly PlannedWorkload[] = [
  ...(['api', 'worker', 'web', 'sandbox', 'ssrfProxy', 'agentBackend', 'proxy'] as const).map((name) =>
    process(name, 2),
  ),
  ...(['beat', 'apiWebsocket', 'localSandbox', 'pluginDaemon'] as const).map((name) => process(name, 1)),
];
/** The healthy set with one process changed. */
function withProcess(component: ComponentName, over: Partial<PlannedWorkload>): RenderedSet {
  return rendered({ workloads: HEALTHY.map((one) => (one.component === component ? { ...one, ...over } : one)) });
}

describe('extraValues count if nothing could be rendered', () => {
  it.each<[string, JsonObject, string, RegExp]>([
    ['config.replicas', { extraValues: { api: { replicas: 1 } } }, 'fail', /only one replica of api/],
    ['config.replicas', { extraValues: { localSandbox: { replicas: 1 } } }, 'pass', /two or more/],
    ['config.debug-logs', { extraValues: { api: { logLevel: 'DEBUG' } } }, 'fail', /LOG_LEVEL of the rendered api/],
    [
      'config.debug-logs',
      { extraValues: { worker: { extraEnv: [{ name: 'FLASK_DEBUG', value: 'true' }] } } },
      'fail',
      /FLASK_DEBUG of the rendered worker/,
    ],
  ])('%s: %j is %s', (id, over, status, words) => {
    expect(verdict(id, over)).toEqual([status, expect.stringMatching(words)]);
  });

  it('in the connection budget', () => {
    const budget = (over: JsonObject) =>
      sumOf(connectionBudget(parsedDeployment(deepMerge(PROD as JsonObject, over) as JsonObject)).main);
    const each = budget({ components: { api: { replicas: 4 } } }) - budget({ components: { api: { replicas: 3 } } });
    expect(budget({ extraValues: { api: { replicas: 13 } } }) - budget({})).toBe(10 * each);
  });
});

describe('the rendered set is judged', () => {
  const URL = { settings: { DB_HOST: 'pg.elsewhere.example' } };
  it.each<[string, RenderedSet, string, RegExp]>([
    ['config.replicas', rendered({ workloads: HEALTHY }), 'pass', /two or more/],
    ['config.replicas', withProcess('web', { replicas: 1 }), 'fail', /only one replica of web/],
    ['config.queues', rendered({ workloads: HEALTHY }), 'pass', /all queues of its image/],
    ['config.queues', withProcess('worker', { settings: { CELERY_QUEUES: 'mail' } }), 'fail', /consumes dataset/],
    ['config.queues', withProcess('worker', { replicas: 0 }), 'fail', /no worker is rendered/],
    ['config.replicas', withProcess('beat', { replicas: 2 }), 'fail', /2 × beat/],
    [
      'config.replicas',
      rendered({
        workloads: HEALTHY,
        autoscalers: [{ name: 'api', apis: [], scales: { workload: 'api', least: 1, most: 9 } }],
      }),
      'fail',
      /only one replica of api/,
    ],
    ['config.debug-logs', rendered({ workloads: HEALTHY }), 'pass', /INFO/],
    [
      'config.debug-logs',
      withProcess('sandbox', { settings: { GIN_MODE: 'debug' } }),
      'fail',
      /GIN_MODE of the rendered sandbox/,
    ],
    ['config.debug-logs', withProcess('api', { settings: { ENABLE_REQUEST_LOGGING: 'true' } }), 'pass', /INFO/],
    ['config.probes', rendered({ workloads: HEALTHY }), 'pass', /probes of 11 workloads/],
    ['config.probes', withProcess('api', { probes: ['liveness', 'startup'] }), 'fail', /api without readiness probe/],
    ['config.probes', withProcess('worker', { probes: [] }), 'warn', /worker without liveness probe/],
    ['config.probes', withProcess('beat', { probes: [] }), 'pass', /./],
    ['config.addresses', rendered({ workloads: HEALTHY }), 'pass', /services of the file/],
    [
      'config.addresses',
      withProcess('api', URL),
      'fail',
      /DB_HOST of api is pg\.elsewhere\.example, not pg\.example\.internal/,
    ],
    [
      'config.addresses',
      withProcess('worker', { settings: { DB_EXTRAS: '' } }),
      'fail',
      /DB_EXTRAS of worker is empty, not sslmode=verify-full/,
    ],
    [
      'config.addresses',
      withProcess('pluginDaemon', { settings: { DB_DATABASE: 'dify' } }),
      'fail',
      /DB_DATABASE of pluginDaemon is dify, not dify_plugin/,
    ],
    [
      'config.addresses',
      withProcess('api', { settings: { DB_TYPE: 'mysql' } }),
      'fail',
      /DB_TYPE of api is mysql, not postgresql/,
    ],
    ['config.addresses', withProcess('web', URL), 'pass', /./],
    ['config.tls', rendered({ ingresses: [{ name: 'dify', className: 'nginx', tls: true }] }), 'pass', /https/],
    [
      'config.tls',
      rendered({ ingresses: [{ name: 'dify', className: 'nginx', tls: false }] }),
      'warn',
      /names no certificate/,
    ],
    ['config.tls', rendered(), 'warn', /no ingress accepts outside traffic or terminates TLS/],
    ['config.tls', rendered({ openServices: ['dify'] }), 'warn', /nothing terminates TLS in front of Service dify/],
    ['config.tls', rendered({ routes: [{ name: 'dify', hostnames: [], parents: [] }] }), 'pass', /https/],
  ])('%s, %#: %s', (id, set, status, words) => {
    expect(verdict(id, {}, set)).toEqual([status, expect.stringMatching(words)]);
  });

  it('https without an ingress is a finding also if nothing was rendered', () => {
    const { ingress: _, ...target } = PROD.target;
    const deployment = parsedDeployment({ ...PROD, target });
    const { status, message } = judged(checkOf('config.tls'), { deployment });
    expect([status, message]).toEqual(['warn', expect.stringMatching(/no ingress accepts outside traffic/)]);
  });
});
