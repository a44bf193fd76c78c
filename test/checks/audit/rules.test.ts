import { describe, expect, it, test } from 'vitest';
import {
  type Audited,
  auditedWorkload,
  auditResults,
  HARDENED,
  withSecret,
  withSettings,
  withWorkload,
} from '../../support/audited.ts';

/** One weakness in a hardened production, the only check that finds it, and its message. */
const PLANTED: readonly (readonly [weakness: string, audited: Audited, id: string, message: string])[] = [
  [
    'a published secret',
    withSecret(HARDENED, 'SECRET_KEY', { isPublished: true }),
    'fail config.published-secrets',
    '1 secret with a value that upstream publishes: SECRET_KEY of dify-api, dify-worker and dify-beat',
  ],
  [
    'an empty key of the sandbox',
    withSecret(HARDENED, 'API_KEY', { isEmpty: true }),
    'fail config.empty-keys',
    'empty keys: API_KEY of dify-sandbox; these processes answer every client that reaches them',
  ],
  [
    'unsigned plugins',
    withSettings(HARDENED, 'dify-plugin-daemon', { FORCE_VERIFYING_SIGNATURE: 'false' }),
    'fail config.plugin-signatures',
    'FORCE_VERIFYING_SIGNATURE is off in Deployment dify-plugin-daemon: anyone who may install plugins runs code in it',
  ],
  [
    'a plugin daemon with another key',
    withSecret(HARDENED, 'SERVER_KEY', { group: 9 }),
    'fail config.secret-pairs',
    'another value than PLUGIN_DAEMON_KEY of dify-api and PLUGIN_DAEMON_KEY of dify-worker: SERVER_KEY of dify-plugin-daemon; expected one value on every side',
  ],
  [
    'a sandbox with another key',
    withSecret(HARDENED, 'API_KEY', { group: 9 }),
    'fail config.secret-pairs',
    'another value than CODE_EXECUTION_API_KEY of dify-api: API_KEY of dify-sandbox; expected one value on every side',
  ],
  [
    'an inner key that differs',
    withSecret(HARDENED, 'DIFY_INNER_API_KEY', { group: 9 }),
    'fail config.secret-pairs',
    'another value than INNER_API_KEY_FOR_PLUGIN of dify-api: DIFY_INNER_API_KEY of dify-plugin-daemon; expected one value on every side',
  ],
  [
    'one copy of web',
    withWorkload(HARDENED, 'dify-web', { replicas: 1 }),
    'fail config.replicas',
    'one copy of Deployment dify-web: the loss of its machine is an outage',
  ],
  [
    'no beat',
    { ...HARDENED, workloads: HARDENED.workloads.filter(({ component }) => component !== 'beat') },
    'fail config.beat',
    'no beat runs: no scheduled task starts, and old records are never cleaned up',
  ],
  [
    'two beats',
    { ...HARDENED, scalers: [{ workload: 'dify-beat', least: 1, most: 2 }] },
    'fail config.beat',
    '2 beats: Deployment dify-beat: two schedulers would start every schedule twice',
  ],
  [
    'a worker without the queue of mails',
    withSettings(HARDENED, 'dify-worker', {
      CELERY_QUEUES:
        'dataset,ops_trace,app_deletion,plugin,workflow_storage,conversation,priority_pipeline,pipeline,workflow,schedule_poller,schedule_executor,triggered_workflow_dispatcher,trigger_refresh_executor,priority_dataset,retention',
    }),
    'fail config.queues',
    'no worker consumes mail: their tasks wait forever',
  ],
  [
    'a migration at the start of each replica',
    withSettings(HARDENED, 'dify-api', { MIGRATION_ENABLED: 'true' }),
    'warn config.migration',
    'each replica of Deployment dify-api migrates at its start: those that do not get the lock serve on the old schema',
  ],
  [
    'no budget for the worker',
    { ...HARDENED, budgets: HARDENED.budgets.filter(({ name }) => name !== 'dify-worker') },
    'warn config.budgets',
    'no disruption budget for Deployment dify-worker: a node drain may take all copies at once',
  ],
  [
    'all pods of the API on one node',
    {
      ...HARDENED,
      pods: HARDENED.pods.map((one) => (one.workload === 'dify-api' ? { ...one, nodes: ['a', 'a', 'a'] } : one)),
    },
    'fail config.spread',
    '3 pods of dify-api on node a: the loss of one node is an outage',
  ],
  [
    'no anti-affinity of the sandbox',
    withWorkload(HARDENED, 'dify-sandbox', { isSpread: false }),
    'warn config.spread',
    'no rule spreads the copies of Deployment dify-sandbox: after a roll-out all of them may be on one node',
  ],
  [
    'a plugin daemon without a network policy',
    { ...HARDENED, policies: [{ name: 'outgoing', workloads: ['dify-sandbox'] }] },
    'warn config.network-policies',
    'no network policy limits Deployment dify-plugin-daemon: code of users reaches the cluster API, cloud metadata and the data services',
  ],
  [
    'a token in the sandbox',
    {
      ...HARDENED,
      pods: HARDENED.pods.map((one) => (one.workload === 'dify-sandbox' ? { ...one, hasToken: true } : one)),
    },
    'warn config.service-account-tokens',
    'a token of the cluster API is mounted in dify-sandbox: code that breaks out of Dify can use it',
  ],
  [
    'no limits on the worker',
    withWorkload(HARDENED, 'dify-worker', {
      containers: [{ name: 'worker', isInit: false, requests: {}, limits: {} }],
    }),
    'warn config.resources',
    'no requests or no limit of memory on Deployment dify-worker: one of them can take the memory of the whole machine',
  ],
  [
    'no probe of the plugin daemon',
    withWorkload(HARDENED, 'dify-plugin-daemon', { probes: [] }),
    'warn config.probes',
    'no probe of Deployment dify-plugin-daemon: a process that hangs stays in service',
  ],
  [
    'a floating tag',
    withWorkload(HARDENED, 'dify-proxy', { images: ['nginx:latest'] }),
    'fail config.pinned-images',
    'not pinned: nginx:latest of dify-proxy; the next restart may run another version',
  ],
  [
    'debug logs',
    withSettings(HARDENED, 'dify-worker', { LOG_LEVEL: 'DEBUG' }),
    'fail config.debug-logs',
    'LOG_LEVEL=DEBUG of dify-worker: prompts and stack traces are in the logs',
  ],
  [
    'an address without TLS',
    withSettings(HARDENED, 'dify-api', { CONSOLE_WEB_URL: 'http://dify.example.com' }),
    'fail config.tls',
    'without TLS: CONSOLE_WEB_URL is http://dify.example.com; sessions and keys cross the network unencrypted',
  ],
  [
    'an ingress without a certificate',
    { ...HARDENED, entries: [{ kind: 'Ingress', name: 'dify', tls: false, ports: [] }] },
    'fail config.tls',
    'without TLS: Ingress dify names no certificate; sessions and keys cross the network unencrypted',
  ],
  [
    'debugging of plugins open on every node',
    {
      ...HARDENED,
      entries: [
        ...HARDENED.entries,
        {
          kind: 'Service',
          name: 'dify-plugin-daemon',
          tls: undefined,
          ports: [{ port: 5003, at: 'port 5003 of Service dify-plugin-daemon (NodePort)', isLocal: false }],
        },
      ],
    },
    'fail config.published-ports',
    'reachable from outside: port 5003 of Service dify-plugin-daemon (NodePort) (remote debugging of plugins)',
  ],
  [
    'no SSRF proxy on the worker',
    withSettings(HARDENED, 'dify-worker', { SSRF_PROXY_HTTP_URL: '', SSRF_PROXY_HTTPS_URL: '' }),
    'fail names.ssrf-proxy',
    'no SSRF proxy on Deployment dify-worker: apps and code can fetch everything that these processes reach, including cloud metadata',
  ],
  [
    'a sandbox without a proxy',
    withSettings(HARDENED, 'dify-sandbox', { HTTPS_PROXY: '' }),
    'fail names.ssrf-proxy',
    'no SSRF proxy on Deployment dify-sandbox: apps and code can fetch everything that these processes reach, including cloud metadata',
  ],
  [
    'plugin packages on a volume',
    withSettings(HARDENED, 'dify-plugin-daemon', { PLUGIN_STORAGE_TYPE: 'local' }),
    'fail config.local-storage',
    'files are on a volume (PLUGIN_STORAGE_TYPE local): they are lost with its disk, and other machines cannot read them unless the volume is shared',
  ],
  [
    'a volume of one node under several pods',
    withWorkload(
      withWorkload({ ...HARDENED, claims: [{ name: 'dify', accessModes: ['ReadWriteOnce'] }] }, 'dify-api', {
        claims: ['dify'],
      }),
      'dify-worker',
      { claims: ['dify'] },
    ),
    'fail cluster.storage.read-write-many',
    'claim dify (ReadWriteOnce) is used by 6 pods of Deployment dify-api and Deployment dify-worker: all of them must be on one node, or they do not start',
  ],
  [
    'one database for API and plugin daemon',
    withSettings(HARDENED, 'dify-plugin-daemon', { DB_DATABASE: 'dify' }),
    'warn config.plugin-database',
    'api and plugin daemon share database dify: migrations of both change one schema, and neither can be restored alone',
  ],
  [
    'a web image that can be taken over',
    withWorkload(HARDENED, 'dify-web', { image: 'langgenius/dify-web:1.10.1' }),
    'fail release.known-faults, warn release.companions',
    'Deployment dify-web runs 1.10.1: attackers can take over its web image (CVE-2025-55182); expected a release without a known error that endangers data or users',
  ],
  [
    'a plugin daemon of another release',
    withWorkload(HARDENED, 'dify-plugin-daemon', { image: 'langgenius/dify-plugin-daemon:0.5.3-local' }),
    'warn release.companions',
    'Dify 1.16.1 runs with dify-plugin-daemon 0.5.3 in dify-plugin-daemon (released with 0.6.3)',
  ],
  [
    'a worker of another version than the API',
    withWorkload(HARDENED, 'dify-worker', { image: 'langgenius/dify-api:1.15.0' }),
    'warn release.companions',
    'Dify 1.16.1 runs with dify-api 1.15.0 in dify-worker',
  ],
  [
    'a Redis without a password',
    { ...HARDENED, secrets: HARDENED.secrets.filter(({ variable }) => variable !== 'REDIS_PASSWORD') },
    'fail redis.password',
    'no password for Redis in Deployment dify-api, Deployment dify-beat and Deployment dify-worker: anyone who reaches Redis can run tasks in the workers',
  ],
  [
    'replicas that somebody changed',
    { ...HARDENED, changes: [{ workload: 'dify-web', field: 'replicas', was: '2', is: '3' }] },
    'warn app.drift',
    'changed since Helm applied it: replicas in dify-web is 3, was 2; the next upgrade undoes it',
  ],
  [
    'a release that is pending',
    { ...HARDENED, release: { status: 'pending-upgrade', revision: 5 } },
    'fail release.state',
    'revision 5 is pending-upgrade; expected deployed',
  ],
];

const store = (name: string, image: string) =>
  auditedWorkload(name, { kind: 'StatefulSet', image, store: name === 'redis' ? 'redis' : 'postgres', replicas: 1 });

describe('an audit', () => {
  it('finds nothing in a hardened production', () => {
    const results = [...auditResults(HARDENED).values()];
    expect(results.filter(({ status }) => status !== 'pass' && status !== 'skip')).toEqual([]);
  });

  it.each(PLANTED)('finds %s, and nothing else', (_, audited, id, message) => {
    const findings = [...auditResults(audited).values()].filter(({ status }) => status !== 'pass' && status !== 'skip');
    const named = findings.map((one) => `${one.status} ${one.id}`);
    expect(named.toSorted()).toEqual(id.split(', ').toSorted());
    expect(findings.find((one) => id.startsWith(`${one.status} ${one.id}`))?.message).toBe(message);
  });

  it.each([
    [
      'PostgreSQL and Redis of the chart, whose replicas do not take over',
      ['postgresql-primary', 'postgresql-read', 'redis-master', 'redis-replicas'],
      'fail',
      'no failover for StatefulSet dify-postgresql-primary and StatefulSet dify-redis-master: replicas do not take over from a primary by themselves',
    ],
    ['a Redis with Sentinel', ['redis-node'], 'pass', 'StatefulSet dify-redis-node, more than one copy'],
  ])('judges %s', (_, names, status, message) => {
    const stores = names.map((name) => ({
      ...store(name.split('-')[0] ?? name, `bitnamilegacy/${name.split('-')[0]}:7`),
      name: `dify-${name}`,
      replicas: /-(primary|master|read)$/.test(name) ? 1 : 3,
    }));
    const audited = { ...HARDENED, workloads: [...HARDENED.workloads, ...stores] };
    expect(auditResults(audited).get('config.external-data-services')).toMatchObject({ status, message });
  });

  it.each([
    ['1.16.1', 'DIFY_AGENT_SHELLCTL_AUTH_TOKEN', 'fail'],
    ['1.16.1', 'DIFY_AGENT_LOCAL_SANDBOX_AUTH_TOKEN', 'pass'],
    ['1.17.0', 'DIFY_AGENT_LOCAL_SANDBOX_AUTH_TOKEN', 'fail'],
    ['1.18.0', 'DIFY_AGENT_SHELLCTL_AUTH_TOKEN', 'pass'],
  ])(
    'with Dify %s, another value in %s of the agent backend is %s of config.secret-pairs',
    (version, variable, status) => {
      const images = (name: string) => `langgenius/${name}:${version}`;
      const agent = [
        auditedWorkload('agent-backend', { component: 'agentBackend', image: images('dify-agent-backend') }),
        auditedWorkload('local-sandbox', { component: 'localSandbox', image: images('dify-agent-local-sandbox') }),
      ];
      const [backend, sandbox] = agent.map(({ name }) => name);
      const secret = (workload = '', name: string, group: number) => ({
        workload,
        variable: name,
        isPublished: false,
        isEmpty: false,
        group,
      });
      const audited = {
        ...HARDENED,
        workloads: [...withWorkload(HARDENED, 'dify-api', { image: images('dify-api') }).workloads, ...agent],
        secrets: [...HARDENED.secrets, secret(sandbox, 'SHELLCTL_AUTH_TOKEN', 70), secret(backend, variable, 71)],
      };
      expect(auditResults(audited).get('config.secret-pairs')?.status).toBe(status);
    },
  );

  it('finds bundled data services, and that nothing backs them up', () => {
    const bundled = [
      store('postgres', 'bitnamilegacy/postgresql:15.3.0'),
      store('redis', 'bitnamilegacy/redis:7.0.11'),
      { ...store('weaviate', 'cr.weaviate.io/semitechnologies/weaviate:1.27.27'), store: 'vector store' as const },
    ];
    const audited = { ...HARDENED, workloads: [...HARDENED.workloads, ...bundled] };
    const findings = [...auditResults(audited).values()].filter(({ status }) => status === 'fail');
    expect(findings.map(({ id, observed }) => `${id}: ${observed}`)).toEqual([
      'config.external-data-services: one copy: StatefulSet dify-postgres and StatefulSet dify-redis',
      'recovery.backups: no CronJob, snapshot or schedule of a backup tool is in the namespace; data is in StatefulSet dify-postgres and StatefulSet dify-weaviate',
      'vector-store.single-point-of-failure: one node: StatefulSet dify-weaviate',
    ]);
    const backed = auditResults({ ...audited, backups: ['CronJob nightly-dump'] });
    expect(backed.get('recovery.backups')).toMatchObject({ status: 'pass', observed: 'CronJob nightly-dump' });
  });
});

test('an autoscaler counts with its minimum as copies', () => {
  const scaled = withWorkload(HARDENED, 'dify-api', { replicas: 1 });
  expect(auditResults(scaled).get('config.replicas')?.status).toBe('fail');
  const scalers = [{ workload: 'dify-api', least: 2, most: 8 }];
  expect(auditResults({ ...scaled, scalers }).get('config.replicas')?.status).toBe('pass');
});
