import { describe, expect, test } from 'vitest';
import type { ComponentName } from '../../../src/checklist/components.ts';
import { podLabels } from '../../../src/render/kubernetes/names.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { connects, type Peer } from './support/policy-verdict.ts';
import { kubernetesDeployment, rendered } from './support/rendering.ts';

const NAMES = { release: 'dify', full: 'dify', app: 'dify', pools: [] };
const POD = '10.244.1.7';

const pod = (labels: Readonly<Record<string, string>>, elsewhere = false): Peer => ({
  labels,
  elsewhere,
  address: POD,
});
const of = (component: ComponentName): Peer => pod(podLabels(NAMES, component));
const address = (text: string): Peer => ({ address: text });

const policiesOf = (over: Readonly<Record<string, unknown>>) =>
  rendered(
    kubernetesDeployment({ target: { type: 'kubernetes', networkPolicy: { enabled: true } }, ...over }),
  ).manifests.filter(({ kind }) => kind === 'NetworkPolicy');

const METADATA = address('169.254.169.254');
const API_SERVER = address('10.96.0.1');
const PUBLIC = address('93.184.215.14');
const PUBLIC_6 = address('2606:2800:21f:cb07::1');
const DNS: readonly (readonly [string, Peer, number])[] = [
  ['CoreDNS', pod({ 'k8s-app': 'kube-dns' }, true), 53],
  ['DNS pods under other labels', pod({ dns: 'ours' }, true), 53],
  ['CoreDNS of OpenShift', pod({ 'dns.operator.openshift.io/daemonset-dns': 'default' }, true), 5353],
  ['NodeLocal DNSCache', address('169.254.20.10'), 53],
  ['Cloud DNS of GKE', METADATA, 53],
  ['a DNS server of the network', address('192.168.4.2'), 53],
];

describe('a production', () => {
  const policies = rendered(sampleDeployment('prod-kubernetes-s3-qdrant')).manifests.filter(
    ({ kind }) => kind === 'NetworkPolicy',
  );
  const verdict = (from: Peer, to: Peer, port: number) => connects(policies, from, to, port);

  test.each<readonly [string, Peer, Peer, number]>([
    ['the sandbox reaches its proxy', of('sandbox'), of('ssrfProxy'), 3128],
    ['the API reaches the sandbox', of('api'), of('sandbox'), 8194],
    ['the worker reaches the sandbox', of('worker'), of('sandbox'), 8194],
    ['the agent reaches its shell', of('agentBackend'), of('localSandbox'), 5004],
    ['the agent’s shell reaches its proxy', of('localSandbox'), of('ssrfProxy'), 3128],
    ['the agent’s shell fetches signed files', of('localSandbox'), of('api'), 5001],
    ['the agent’s shell calls the stub', of('localSandbox'), of('agentBackend'), 5050],
    ['the API uses the proxy', of('api'), of('ssrfProxy'), 3128],
    ['the proxy reaches the internet', of('ssrfProxy'), PUBLIC, 443],
    ['the proxy reaches the internet by IPv6', of('ssrfProxy'), PUBLIC_6, 443],
    ['nginx reaches the plugin daemon', of('proxy'), of('pluginDaemon'), 5002],
    ['a plugin daemon reaches another', of('pluginDaemon'), of('pluginDaemon'), 5002],
    ['the plugin daemon reaches the API', of('pluginDaemon'), of('api'), 5001],
    ['the API reaches PostgreSQL in the network', of('api'), address('10.9.0.4'), 5432],
    ['the API reaches a pod of another namespace', of('api'), pod({ app: 'ollama' }, true), 11434],
    ['an ingress controller reaches nginx', pod({ app: 'ingress-nginx' }, true), of('proxy'), 8080],
    ['web reaches the API', of('web'), of('api'), 5001],
  ])('%s', (_, from, to, port) => {
    expect(verdict(from, to, port)).toBe(true);
  });

  test.each<readonly [string, Peer, Peer, number]>([
    ['the sandbox does not reach the internet', of('sandbox'), PUBLIC, 443],
    ['the sandbox does not reach a DNS server of the internet', of('sandbox'), address('8.8.8.8'), 53],
    ['the sandbox does not reach the API', of('sandbox'), of('api'), 5001],
    ['the sandbox does not reach Redis of another namespace', of('sandbox'), pod({ app: 'redis' }, true), 6379],
    ['the sandbox does not reach the API server', of('sandbox'), API_SERVER, 443],
    ['the sandbox does not reach metadata', of('sandbox'), METADATA, 80],
    ['the agent’s shell does not reach the API server', of('localSandbox'), API_SERVER, 443],
    ['the agent’s shell does not reach the internet', of('localSandbox'), PUBLIC, 443],
    ['the agent’s shell does not reach the plugin daemon', of('localSandbox'), of('pluginDaemon'), 5002],
    ['the proxy does not reach the API server', of('ssrfProxy'), API_SERVER, 443],
    ['the proxy does not reach the network', of('ssrfProxy'), address('192.168.4.2'), 443],
    ['the proxy does not reach metadata', of('ssrfProxy'), METADATA, 80],
    ['the proxy does not reach private IPv6 addresses', of('ssrfProxy'), address('fd00::7'), 443],
    ['web does not reach the sandbox', of('web'), of('sandbox'), 8194],
    ['another namespace does not reach the sandbox', pod(podLabels(NAMES, 'api'), true), of('sandbox'), 8194],
    ['another namespace does not reach the proxy', pod({ app: 'other' }, true), of('ssrfProxy'), 3128],
    ['nobody reaches the debug port of the plugin daemon', of('api'), of('pluginDaemon'), 5003],
    ['the API does not reach metadata', of('api'), METADATA, 80],
    ['the API does not reach metadata by IPv6', of('api'), address('fd00:ec2::254'), 80],
    ['plugins do not reach metadata', of('pluginDaemon'), METADATA, 80],
  ])('%s', (_, from, to, port) => {
    expect(verdict(from, to, port)).toBe(false);
  });

  test.each(DNS)('every component resolves names with %s', (_, server, port) => {
    const components = ['api', 'web', 'pluginDaemon', 'sandbox', 'localSandbox', 'ssrfProxy'] as const;
    expect(components.filter((name) => !verdict(of(name), server, port))).toEqual([]);
  });
});

test.each(['test-kubernetes-bundled', 'prod-kubernetes-s3-qdrant'] as const)(
  '%s makes no policy with the field off',
  (name) => {
    const file = sampleDeployment(name);
    if (file.target.type !== 'kubernetes') throw new Error('a sample on Kubernetes is expected');
    const deployment = { ...file, target: { ...file.target, networkPolicy: { enabled: false, apiServer: [] } } };
    expect(rendered(deployment).manifests.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  },
);

test('the policies are on in prod and off in test', () => {
  const isOn = (name: 'test-kubernetes-bundled' | 'prod-kubernetes-s3-qdrant') =>
    sampleDeployment(name).target as { networkPolicy?: { enabled: boolean } };
  expect(isOn('test-kubernetes-bundled').networkPolicy?.enabled).toBe(false);
  expect(isOn('prod-kubernetes-s3-qdrant').networkPolicy?.enabled).toBe(true);
});

describe('bundled data services', () => {
  const policies = policiesOf({});
  const postgres = pod({ 'app.kubernetes.io/name': 'postgresql', 'app.kubernetes.io/instance': 'dify' });
  const redis = pod({ 'app.kubernetes.io/name': 'redis', 'app.kubernetes.io/instance': 'dify' });
  const weaviate = pod({ app: 'weaviate', 'app.kubernetes.io/name': 'weaviate' });

  test.each<readonly [string, Peer, Peer, number, boolean]>([
    ['the API reaches PostgreSQL', of('api'), postgres, 5432, true],
    ['the plugin daemon reaches PostgreSQL', of('pluginDaemon'), postgres, 5432, true],
    ['the agent does not reach PostgreSQL', of('agentBackend'), postgres, 5432, false],
    ['web does not reach PostgreSQL', of('web'), postgres, 5432, false],
    ['a replica of PostgreSQL reaches its primary', postgres, postgres, 5432, true],
    ['the agent reaches Redis', of('agentBackend'), redis, 6379, true],
    ['web does not reach Redis', of('web'), redis, 6379, false],
    ['the worker reaches Weaviate', of('worker'), weaviate, 50_051, true],
    ['the plugin daemon does not reach Weaviate', of('pluginDaemon'), weaviate, 8080, false],
    ['another namespace does not reach Redis', pod({ app: 'other' }, true), redis, 6379, false],
    ['a probe of difyctl reaches Redis', pod({ 'difyctl/job': 'relay' }), redis, 6379, true],
    ['the migration reaches PostgreSQL', pod({ 'difyctl/job': 'dify-migration' }), postgres, 5432, true],
  ])('%s', (_, from, to, port, expected) => {
    expect(connects(policies, from, to, port)).toBe(expected);
  });
});

describe('the file', () => {
  const target = (networkPolicy: Readonly<Record<string, unknown>>) => ({
    target: { type: 'kubernetes', networkPolicy: { enabled: true, ...networkPolicy } },
  });

  test('can name the addresses of the API server, which no pod then reaches', () => {
    const policies = policiesOf(target({ apiServer: ['10.96.0.1/32', '192.0.2.0/28', 'fd00::1/128'] }));
    const servers = [API_SERVER, address('192.0.2.9'), address('fd00::1')];
    expect(servers.map((server) => connects(policies, of('api'), server, 443))).toEqual([false, false, false]);
    expect(connects(policies, of('api'), address('10.96.0.2'), 443)).toBe(true);
  });

  test('can switch the debugging of plugins on, which opens the port', () => {
    const policies = policiesOf({
      components: { pluginDaemon: { extraEnv: { PLUGIN_REMOTE_INSTALLING_HOST: '0.0.0.0' } } },
    });
    expect(connects(policies, address('192.168.4.2'), of('pluginDaemon'), 5003)).toBe(true);
  });

  test('can switch the proxy off: apps then reach the internet, and no private address', () => {
    const policies = policiesOf({ components: { ssrfProxy: { enabled: false } } });
    const reached = [PUBLIC, METADATA, API_SERVER].map((to) => connects(policies, of('sandbox'), to, 443));
    expect(reached).toEqual([true, false, false]);
  });

  test('can name a proxy of its own for the sandbox', () => {
    const components = { sandbox: { extraEnv: { HTTP_PROXY: 'http://proxy.example.internal:8080' } } };
    expect(connects(policiesOf({ components }), of('sandbox'), address('10.1.1.1'), 8080)).toBe(true);
  });

  test('can give the pods an identity of the cloud, which they fetch from metadata', () => {
    const objectStorage = { provider: 's3', s3: { bucket: 'dify', region: 'eu-central-1', identity: 'workload' } };
    const policies = policiesOf({ objectStorage });
    expect(connects(policies, of('api'), METADATA, 80)).toBe(true);
    expect(connects(policies, of('sandbox'), METADATA, 80)).toBe(false);
  });
});
