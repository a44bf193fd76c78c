import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { CHART } from '../support/chart.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture, SECRETS } from '../support/kubernetes-fixture.ts';
import { drainNode, readyPods, watchAvailability } from '../support/node-drain.ts';
import { changeUnder, type RequestLoop, ROLLED_REQUESTS, startRequestLoop, together } from '../support/request-loop.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { startMinio } from '../testbed/services/minio.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { startRedis } from '../testbed/services/redis.ts';
import type { Service } from '../testbed/services/service.ts';
import { startWeaviate } from '../testbed/services/weaviate.ts';

/** Changes to a production on two real nodes, under requests through its real nginx. Dify's processes are stand-ins. */
const testbed = useCluster({ nodes: '0', realNode: true, realNodes: 2, tools: ['kubectl', 'helm4'] });

/** Other tests run preflight on this machine. */
const INSTALL = ['install', '--yes', '--only', 'app.workloads', '--timeout', '5m', '-o', 'json'] as const;
/** Milliseconds. nginx may wait 60 s for a connection to a pod that just ended (its `proxy_connect_timeout`). */
const LIMIT_MS = 900_000;
const HOST = 'dify.example.test';
const SLOW = { STAND_IN_SLOW: '/v1/chat-messages 3s' };
const ROLLED = ['api', 'web', 'proxy'] as const;
const ALONE = [
  ...['agent-backend', 'api-websocket', 'beat', 'local-sandbox', 'plugin-daemon', 'sandbox', 'ssrf-proxy', 'worker'],
];
const SMALL = { resources: { requests: { cpu: '10m', memory: '32Mi' } } };

const services: Service[] = [];
let scene: KubernetesFixture;
let place: TempWorkspace;
/** The URL of the proxy on each node. */
let bases: readonly string[] = [];

async function started<T extends Service>(service: Promise<T>): Promise<T> {
  services.push(await service);
  return service;
}

/** Two pods of each of the three that a request passes. */
async function production(): Promise<Record<string, unknown>> {
  const bind = testbed.cluster.realNode?.hostAddress ?? '';
  const secret = (name: string): string => SECRETS[name] ?? '';
  const [accessKey, secretKey] = [secret('DIFY_S3_ACCESS_KEY'), secret('DIFY_S3_SECRET_KEY')];
  const databases = ['dify', 'dify_plugin'];
  const login = { bind, username: 'dify', password: secret('DIFY_PG_PASSWORD') };
  const [postgres, redis, minio, weaviate] = await Promise.all([
    started(startPostgres({ ...login, databases })),
    started(startRedis({ bind, password: secret('DIFY_REDIS_PASSWORD') })),
    started(startMinio({ bind, accessKey, secretKey, buckets: databases.map(dashed) })),
    started(startWeaviate({ bind, apiKey: secret('DIFY_WEAVIATE_API_KEY') })),
  ]);
  const address = `http://${HOST}`;
  const alone = ['worker', 'sandbox', 'ssrfProxy', 'apiWebsocket', 'agentBackend'];
  return {
    target: {
      type: 'kubernetes',
      context: testbed.cluster.context,
      namespace: scene.namespace,
      chart: { path: CHART },
    },
    urls: { console: address, api: address, app: address, files: address },
    postgres: { mode: 'external', host: bind, port: postgres.port, password: { env: 'DIFY_PG_PASSWORD' } },
    redis: { mode: 'external', host: bind, port: redis.port, password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: {
      provider: 's3',
      s3: {
        ...{ endpoint: minio.endpoint, bucket: 'dify', region: minio.region, addressStyle: 'path' },
        ...{ accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } },
      },
    },
    vectorStore: {
      mode: 'external',
      provider: 'weaviate',
      weaviate: {
        url: weaviate.url,
        grpcUrl: `grpc://${bind}:${weaviate.grpcPort}`,
        apiKey: { env: 'DIFY_WEAVIATE_API_KEY' },
      },
    },
    components: {
      ...Object.fromEntries([...ROLLED, ...alone].map((name) => [name, { replicas: 1, ...SMALL }])),
      ...Object.fromEntries(ROLLED.map((name) => [name, { replicas: 2, ...SMALL }])),
      ...Object.fromEntries(['beat', 'pluginDaemon', 'localSandbox'].map((name) => [name, SMALL])),
      api: { replicas: 2, ...SMALL, extraEnv: SLOW },
    },
  };
}

const dashed = (name: string): string => name.replace('_', '-');

const kubectl = (...args: readonly string[]) => testbed.cluster.kubectl(['-n', scene.namespace, ...args]);

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

/** Gives the nodes what the chart asks for, as rendered: no registry is reachable from them. */
async function loadImages(): Promise<void> {
  const rendered = await place.run('render', '--out', 'rendered');
  expect(rendered, rendered.stderr).toMatchObject({ code: 0 });
  const args = ['template', 'dify', CHART, '--values', join(place.folder, 'rendered', 'values.yaml')];
  const { stdout } = await execa(testbed.cluster.tools.helm4 ?? '', args, { stdin: 'ignore' });
  const images = [...stdout.matchAll(/^\s*(?:- )?image: "?([^\s"]+)"?$/gm)].map(([, image = '']) => image);
  for (const node of testbed.cluster.realNodes) await node.loadImages(images);
}

/** Opens a port of each node that leads to the pods of nginx on both, as a load balancer uses it. Returns the URLs. */
async function openNodePort(): Promise<readonly string[]> {
  const ports = [{ port: 80, targetPort: 8080 }];
  await testbed.cluster.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'outside', namespace: scene.namespace },
    spec: { type: 'NodePort', selector: { component: 'proxy' }, ports },
  });
  const port = await kubectl('get', 'service', 'outside', '-o', 'jsonpath={.spec.ports[0].nodePort}');
  return testbed.cluster.realNodes.map(({ address }) => `http://${address}:${port}`);
}

/** Requests enter through each node: a drained node still passes them to the pods on the other one. */
const startLoop = (): RequestLoop =>
  together(bases.map((base) => startRequestLoop({ base, host: HOST, requests: ROLLED_REQUESTS })));

async function podNames(component: string): Promise<readonly string[]> {
  const running = ['--field-selector', 'status.phase=Running', '-o', 'json'];
  const list = JSON.parse(await kubectl('get', 'pods', '-l', `component=${component}`, ...running)) as {
    items: { metadata: { name: string; deletionTimestamp?: string } }[];
  };
  return list.items.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [metadata.name] : [])).sort();
}

const allPods = async () =>
  Object.fromEntries(await Promise.all(ROLLED.map(async (one) => [one, await podNames(one)])));

beforeAll(async () => {
  scene = await createKubernetesFixture(testbed.cluster, 'rolling');
  place = await scene.workplace(await production());
  await loadImages();
  const first = await place.run(...INSTALL);
  expect(first, first.stderr).toMatchObject({ code: 0 });
  bases = await openNodePort();
  for (const base of bases)
    await poll(`nginx answers at ${base}`, async () => (await fetch(`${base}/signin`)).ok || undefined);
});
afterAll(async () => {
  await scene?.end();
  for (const service of services) await service.stop();
});

test('every pod behind a Service has the hook, and a second run changes nothing', async () => {
  const hooks = '{range .items[*]}{.spec.containers[0].lifecycle.preStop.exec.command} {end}';
  const found = await kubectl('get', 'pods', '-l', 'component in (api,web,proxy)', '-o', `jsonpath=${hooks}`);
  expect(found.trim().split(' ')).toEqual(Array.from({ length: 6 }, () => '["sleep","10"]'));
  const again = await place.run(...INSTALL);
  expect(again, again.stderr).toMatchObject({ code: 0 });
  expect(report(again)).toMatchObject({ outcome: 'unchanged', plan: { changes: [], interruptions: [] } });
});

test('a new revision that rolls api, web and nginx loses no request, and its plan says so', {
  timeout: LIMIT_MS,
}, async () => {
  const before = await allPods();
  const note = ROLLED.flatMap((name) => {
    const more = name === 'api' ? `, STAND_IN_SLOW: ${SLOW.STAND_IN_SLOW}` : '';
    return ['--set', `components.${name}.extraEnv={ NOTE: new${more} }`];
  });
  const planned = await place.run('plan', '-o', 'json', ...note);
  expect(planned, planned.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(planned.stdout)).toMatchObject({ interruptions: [] });
  let run: Outcome | undefined;
  const record = await changeUnder(startLoop(), async () => {
    run = await place.run(...INSTALL, ...note);
  });
  expect(run, run?.stderr).toMatchObject({ code: 0 });
  expect(record.failures).toEqual([]);
  const after = await allPods();
  for (const name of ROLLED) {
    expect(after[name]?.filter((pod: string) => before[name]?.includes(pod))).toEqual([]);
    expect(after[name]).toHaveLength(2);
  }
});

test('a drain of each node in turn moves every pod to the other one and loses no request', {
  timeout: LIMIT_MS,
}, async () => {
  const planned = await place.run('plan', '-o', 'json');
  expect(planned, planned.stderr).toMatchObject({ code: 0 });
  const { drains } = JSON.parse(planned.stdout) as { drains: readonly { name: string; reason: string }[] };
  expect(drains).toEqual(ALONE.map((name) => ({ name: `dify-${name}`, reason: 'one pod' })));

  const [first = '', second = ''] = testbed.cluster.realNodes.map(({ name }) => name);
  const pods = () => readyPods(testbed.cluster, scene.namespace);
  const watch = await watchAvailability(testbed.cluster, scene.namespace);
  let refused = '';
  const record = await changeUnder(startLoop(), async () => {
    for (const [drained, other] of [
      [second, first],
      [first, second],
    ] as const) {
      refused = await drainNode(testbed.cluster, drained);
      const expected = [...ALONE, ...ROLLED, ...ROLLED].sort().map((component) => ({ component, node: other }));
      await poll(`every pod is ready on ${other}`, async () => isDeepStrictEqual(await pods(), expected) || undefined, {
        timeoutMs: 240_000,
        explain: async () => (await pods()).map(({ component, node }) => `${component} on ${node}`),
      });
      await testbed.cluster.cordon(drained, false);
    }
  });
  expect(record.failures).toEqual([]);
  // Both pods of each of the three were on the node that was drained last, and a budget lets one of them go.
  for (const name of ROLLED)
    expect(refused).toMatch(new RegExp(`^error when evicting pods/"dify-${name}-\\w+-\\w+" .* budget`, 'm'));
  expect(drains.map(({ name }) => name)).toEqual(expect.arrayContaining([...(await watch.end())]));
});

test('the loop sees lost requests: the pods of the api end at once, and no node takes new ones', {
  timeout: LIMIT_MS,
}, async () => {
  const nodes = testbed.cluster.realNodes.map(({ name }) => name);
  const record = await changeUnder(startLoop(), async () => {
    for (const node of nodes) await testbed.cluster.cordon(node);
    await kubectl('delete', 'pods', ...(await podNames('api')), '--force', '--grace-period=0');
    const ping = `${bases[0]}/console/api/ping`;
    await poll('the api does not answer', async () => ((await fetch(ping)).ok ? undefined : true));
  });
  for (const node of nodes) await testbed.cluster.cordon(node, false);
  await kubectl('rollout', 'status', 'deployment/dify-api', '--timeout=240s');
  const lost = new Set(record.failures.map((failure) => failure.replace(/^\S+ (\S+ \S+): .*$/, '$1')));
  expect([...lost].sort()).toEqual(['GET /console/api/ping', 'POST /v1/chat-messages', 'POST /v1/completion-messages']);
});
