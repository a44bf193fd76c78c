import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { CHART } from '../support/chart.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture, SECRETS } from '../support/kubernetes-fixture.ts';
import { changeUnder, type RequestLoop, ROLLED_REQUESTS, startRequestLoop } from '../support/request-loop.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { startMinio } from '../testbed/services/minio.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { startRedis } from '../testbed/services/redis.ts';
import type { Service } from '../testbed/services/service.ts';
import { startWeaviate } from '../testbed/services/weaviate.ts';

/** Changes to a production on a real node, under requests through its real nginx. Dify's processes are stand-ins. */
const testbed = useCluster({ nodes: '0', realNode: true, tools: ['kubectl', 'helm4'] });

/** Other tests run preflight on this machine. */
const INSTALL = ['install', '--yes', '--only', 'app.workloads', '--timeout', '5m', '-o', 'json'] as const;
const HOST = 'dify.example.test';
const SLOW = { STAND_IN_SLOW: '/v1/chat-messages 3s' };
const ROLLED = ['api', 'web', 'proxy'] as const;
const SMALL = { resources: { requests: { cpu: '10m', memory: '32Mi' } } };

const services: Service[] = [];
let scene: KubernetesFixture;
let place: TempWorkspace;
let base = '';

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
  const postgres = await started(
    startPostgres({ bind, username: 'dify', password: secret('DIFY_PG_PASSWORD'), databases }),
  );
  const redis = await started(startRedis({ bind, password: secret('DIFY_REDIS_PASSWORD') }));
  const minio = await started(startMinio({ bind, accessKey, secretKey, buckets: databases.map(dashed) }));
  const weaviate = await started(startWeaviate({ bind, apiKey: secret('DIFY_WEAVIATE_API_KEY') }));
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

/** Gives the node what the chart asks for, as rendered: no registry is reachable from it. */
async function loadImages(): Promise<void> {
  const rendered = await place.run('render', '--out', 'rendered');
  expect(rendered, rendered.stderr).toMatchObject({ code: 0 });
  const args = ['template', 'dify', CHART, '--values', join(place.folder, 'rendered', 'values.yaml')];
  const { stdout } = await execa(testbed.cluster.tools.helm4 ?? '', args, { stdin: 'ignore' });
  const images = [...stdout.matchAll(/^\s*(?:- )?image: "?([^\s"]+)"?$/gm)].map(([, image = '']) => image);
  await testbed.cluster.realNode?.loadImages(images);
}

/** A port of the node that leads to the pods of nginx, as a load balancer does. */
async function openNodePort(): Promise<string> {
  const ports = [{ port: 80, targetPort: 8080 }];
  await testbed.cluster.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'outside', namespace: scene.namespace },
    spec: { type: 'NodePort', selector: { component: 'proxy' }, ports },
  });
  const port = await kubectl('get', 'service', 'outside', '-o', 'jsonpath={.spec.ports[0].nodePort}');
  const address = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[0].address}');
  return `http://${address}:${port}`;
}

const startLoop = (): RequestLoop => startRequestLoop({ base, host: HOST, requests: ROLLED_REQUESTS });

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
  base = await openNodePort();
  await poll('nginx answers through the node', async () => (await fetch(`${base}/signin`)).ok || undefined);
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

test('a new revision that rolls api, web and nginx loses no request, and its plan says so', async () => {
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

test('evictions of every pod of api, web and nginx, as a drain sends them, lose no request', async () => {
  const before = await allPods();
  const record = await changeUnder(startLoop(), async () => {
    for (const name of ROLLED) for (const pod of before[name] ?? []) await evict(pod);
    for (const name of ROLLED) await kubectl('rollout', 'status', `deployment/dify-${name}`, '--timeout=120s');
  });
  expect(record.failures).toEqual([]);
  const after = await allPods();
  for (const name of ROLLED) expect(after[name]?.filter((pod: string) => before[name]?.includes(pod))).toEqual([]);
});

/** As `kubectl drain` does: repeats the eviction as long as the budget refuses it. */
async function evict(name: string): Promise<void> {
  const { namespace } = scene;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const send = () => testbed.cluster.api.create(path, eviction).then(() => true);
  await poll(`${name} is evicted`, send, { timeoutMs: 120_000 });
}
