import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOlder } from '../../../src/base/version-order.ts';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import { NAMES_SETTINGS } from '../../../src/evidence/names/settings.ts';
import { namesSettingsCollector } from '../../../src/evidence/names/settings-collector.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { chartProfile, renderedCharts } from '../../../src/versions/known-charts.ts';
import { composeDeployment, rendered as renderedCompose } from '../../render/compose/rendering.ts';
import { chartValues } from '../../render/kubernetes/support/chart-values.ts';
import { kubernetesDeployment, rendered as renderedKubernetes } from '../../render/kubernetes/support/rendering.ts';
import { checkOf, collectContext, judged } from '../../support/check-runs.ts';
import { rendered as renderedSet } from '../../support/cluster-facts.ts';
import { SAMPLE_NAMES, sampleDeployment, urls } from '../../support/deployments.ts';
import { given } from '../../support/need.ts';

/** Every case goes from the file through the renderer, so that the checks judge the environment of the containers. */
const IDS = ['hosts', 'schemes', 'same-site', 'files-url', 'body-size', 'proxy', 'ssrf-proxy'].map(
  (word) => `names.${word}`,
);

const SERVICES = renderedSet({
  objects: ['dify-api', 'dify-plugin-daemon', 'dify-ssrf-proxy'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    name,
  })),
});

async function judge(deployment: Deployment, ids: readonly string[] = IDS, env: Record<string, string> = {}) {
  const rendered = deployment.target.type === 'compose' ? renderedCompose(deployment) : renderedKubernetes(deployment);
  const context = collectContext({ deployment, rendered, env });
  const settings = await namesSettingsCollector.collect(context, given([RENDERED_OBJECTS, SERVICES]));
  expect(JSON.stringify(settings)).not.toMatch(/planted/);
  return ids.map((id) => judged(checkOf(id), { deployment, seen: [[NAMES_SETTINGS, settings]] }));
}

it.each(SAMPLE_NAMES)('the healthy %s gives no finding', async (name) => {
  const results = await judge(sampleDeployment(name));
  expect(results.map(({ id, status, message }) => [id, status, status === 'pass' ? '' : message])).toEqual(
    IDS.map((id) => [id, 'pass', '']),
  );
});

/** Older layouts of the values; the samples render the newest. */
const OLDER = renderedCharts().filter((version) => isOlder(version, '0.38.0-rc1'));

it.each(OLDER)('the addresses of a healthy deployment on chart %s give no finding', async (version) => {
  const facts = chartValues(version);
  const { dify, withoutMounts } = chartProfile(facts.name, version);
  const qdrant = { url: 'https://qdrant.example.internal:6333' };
  const deployment = kubernetesDeployment({
    version: dify,
    vectorStore: { mode: 'external', provider: 'qdrant', qdrant },
  });
  const rendered = renderedKubernetes(deployment, undefined, facts);
  const settings = await namesSettingsCollector.collect(
    collectContext({ deployment, rendered, env: {} }),
    given([RENDERED_OBJECTS, SERVICES]),
  );
  const ids = IDS.filter((id) => id !== 'names.ssrf-proxy' || !withoutMounts.includes('ssrfProxy'));
  const results = ids.map((id) => judged(checkOf(id), { deployment, seen: [[NAMES_SETTINGS, settings]] }));
  expect(results.map(({ id, status, message }) => [id, status, status === 'pass' ? '' : message])).toEqual(
    ids.map((id) => [id, 'pass', '']),
  );
});

type Over = Readonly<Record<string, unknown>>;
const extra = (component: string, extraEnv: Record<string, string | number>): Over => ({
  components: { [component]: { extraEnv } },
});
const WITH_TLS = { type: 'compose', tls: { certFile: './a.pem', keyFile: './a.key' } };

describe.each([
  ['compose', composeDeployment],
  ['kubernetes', kubernetesDeployment],
] as const)('on %s', (target, make) => {
  const https = urls('https://dify.example.com');
  it.each<[string, string, Over, string, RegExp]>([
    [
      'names.hosts',
      'a container’s name',
      extra('web', { CONSOLE_API_URL: 'http://api.dify.svc:5001' }),
      'fail',
      /only containers resolve/,
    ],
    [
      'names.hosts',
      'no scheme',
      extra('api', { CONSOLE_WEB_URL: 'dify.example.com' }),
      'fail',
      /not an address with a scheme/,
    ],
    ['names.hosts', 'this machine, in test', { urls: urls('http://localhost:8080') }, 'pass', /localhost/],
    [
      'names.schemes',
      'an API without TLS',
      { urls: https, ...extra('web', { CONSOLE_API_URL: 'http://dify.example.com' }) },
      'fail',
      /CONSOLE_API_URL of web is http:/,
    ],
    [
      'names.schemes',
      'files without TLS',
      { urls: { ...https, files: 'http://files.example.com' } },
      'fail',
      /FILES_URL of api is http:/,
    ],
    [
      'names.schemes',
      'a socket without TLS',
      { urls: https, ...extra('web', { NEXT_PUBLIC_SOCKET_URL: 'ws://dify.example.com' }) },
      'fail',
      /SOCKET_URL of web is ws:/,
    ],
    [
      'names.same-site',
      'each part on a host of its own',
      {
        urls: {
          console: 'https://console.example.com',
          api: 'https://api.example.com',
          app: 'https://app.example.com',
          files: 'https://files.example.com',
        },
      },
      'pass',
      /./,
    ],
    [
      'names.same-site',
      'an API elsewhere',
      { urls: https, ...extra('web', { CONSOLE_API_URL: 'https://api.example.com' }) },
      'fail',
      /but COOKIE_DOMAIN does not cover both/,
    ],
    [
      'names.same-site',
      'cookies that pages do not look for',
      { urls: https, ...extra('api', { COOKIE_DOMAIN: 'example.com' }) },
      'fail',
      /NEXT_PUBLIC_COOKIE_DOMAIN is not set/,
    ],
    [
      'names.same-site',
      'cookies that the API does not set',
      { urls: https, ...extra('web', { NEXT_PUBLIC_COOKIE_DOMAIN: '1' }) },
      'fail',
      /COOKIE_DOMAIN is not/,
    ],
    [
      'names.same-site',
      'cookies for both',
      {
        urls: https,
        components: {
          api: { extraEnv: { COOKIE_DOMAIN: 'example.com', CONSOLE_CORS_ALLOW_ORIGINS: 'https://other.example.com' } },
          web: { extraEnv: { CONSOLE_API_URL: 'https://api.example.com', NEXT_PUBLIC_COOKIE_DOMAIN: '1' } },
        },
      },
      'fail',
      /CONSOLE_CORS_ALLOW_ORIGINS does not contain the origin of the pages/,
    ],
    [
      'names.same-site',
      'cookies for both, and the origin allowed',
      {
        urls: https,
        components: {
          api: { extraEnv: { COOKIE_DOMAIN: 'example.com', CONSOLE_CORS_ALLOW_ORIGINS: '*' } },
          web: { extraEnv: { CONSOLE_API_URL: 'https://api.example.com', NEXT_PUBLIC_COOKIE_DOMAIN: '1' } },
        },
      },
      'pass',
      /./,
    ],
    [
      'names.same-site',
      'cookies for a domain of somebody else',
      {
        urls: https,
        components: {
          api: { extraEnv: { COOKIE_DOMAIN: 'example.org' } },
          web: { extraEnv: { NEXT_PUBLIC_COOKIE_DOMAIN: '1' } },
        },
      },
      'fail',
      /but dify\.example\.com is not in this domain/,
    ],
    ['names.files-url', 'empty', extra('api', { FILES_URL: '' }), 'fail', /FILES_URL of api is empty/],
    [
      'names.files-url',
      'with a slash',
      extra('worker', { INTERNAL_FILES_URL: 'http://api:5001/' }),
      'fail',
      /INTERNAL_FILES_URL of worker.*ends in a slash/,
    ],
    ['names.files-url', 'without a scheme', extra('api', { INTERNAL_FILES_URL: 'api:5001' }), 'fail', /no scheme/],
    [
      'names.files-url',
      'another one for the worker',
      extra('worker', { FILES_URL: 'https://cdn.example.com' }),
      'fail',
      /differ in FILES_URL/,
    ],
    [
      'names.body-size',
      'larger plugin packages',
      extra('pluginDaemon', { MAX_PLUGIN_PACKAGE_SIZE: 524288000 }),
      'fail',
      /allows 100m/,
    ],
    [
      'names.body-size',
      'what is no number',
      extra('api', { UPLOAD_FILE_SIZE_LIMIT: '15MB' }),
      'fail',
      /UPLOAD_FILE_SIZE_LIMIT is 15MB/,
    ],
    [
      'names.body-size',
      'packages that the daemon refuses',
      extra('api', { PLUGIN_MAX_PACKAGE_SIZE: 99000000 }),
      'warn',
      /the plugin daemon only of/,
    ],
    [
      'names.proxy',
      'a proxy for everything',
      extra('api', { HTTP_PROXY: 'http://proxy.example.com:3128' }),
      'fail',
      /components\.api\.extraEnv sends .* through a proxy/,
    ],
    [
      'names.proxy',
      'the same in lower case',
      extra('pluginDaemon', { http_proxy: 'http://proxy:3128', no_proxy: 'localhost' }),
      'fail',
      /components\.pluginDaemon/,
    ],
    ['names.proxy', 'a proxy for https alone', extra('api', { HTTPS_PROXY: 'http://proxy:3128' }), 'pass', /./],
    [
      'names.proxy',
      'a proxy for all but what is called inside',
      extra('api', {
        HTTP_PROXY: 'http://proxy:3128',
        NO_PROXY:
          'localhost,api,plugin_daemon,sandbox,local_sandbox,agent_backend,weaviate,dify-api,dify-plugin-daemon',
      }),
      'pass',
      /internal requests of api bypass/,
    ],
    [
      'names.proxy',
      'a proxy for nobody',
      extra('api', { HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '*' }),
      'pass',
      /internal requests of api bypass/,
    ],
    [
      'names.ssrf-proxy',
      'what upstream’s template knows',
      extra('ssrfProxy', { SSRF_PROXY_ALLOW_PRIVATE_IPS: '10.0.0.5' }),
      'warn',
      /has no effect/,
    ],
    ['names.ssrf-proxy', 'no guard, in test', { components: { ssrfProxy: { enabled: false } } }, 'pass', /./],
  ])('%s with %s', async (id, _, over, status, observed) => {
    const [result] = await judge(make(over), [id]);
    expect(result).toMatchObject({ id, status, observed: expect.stringMatching(observed) });
    expect(result?.remedy).not.toBe('');
  });

  it.each([
    ['20 minutes by default', {}, 'pass', 'an answer may take 1200 s'],
    ['10 hours', { WORKFLOW_MAX_EXECUTION_TIME: 36000 }, 'warn', 'nginx waits 3600 s'],
  ] as const)('runs of %s, of which nginx waits an hour', async (_, extraEnv, status, observed) => {
    const [result] = await judge(make(extra('api', extraEnv)), ['names.timeouts']);
    expect(result).toMatchObject({ status, observed });
  });

  it('uploads larger than the default are set in the nginx of the chart, and not in that of Compose', async () => {
    const [result] = await judge(make(extra('api', { UPLOAD_VIDEO_FILE_SIZE_LIMIT: 500 })), ['names.body-size']);
    expect(result?.status).toBe(target === 'compose' ? 'fail' : 'pass');
  });
});

it('a proxy of the chart whose rules were replaced', async () => {
  const extraValues = { ssrfProxy: { extraVolumes: [{ name: 'difyctl-ssrf-rules', configMap: { name: 'own' } }] } };
  const [result] = await judge(kubernetesDeployment({ extraValues }), ['names.ssrf-proxy']);
  expect(result).toMatchObject({
    status: 'warn',
    observed: 'the rendered proxy allows private addresses: apps can fetch cloud metadata through it',
  });
});

it.each([
  ['nginx', { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '60' }, 'proxy-read-timeout waits 60 s'],
  [
    'alb',
    { 'alb.ingress.kubernetes.io/load-balancer-attributes': 'a=b,idle_timeout.timeout_seconds=600' },
    'load-balancer-attributes waits 600 s',
  ],
])('an ingress of %s that cuts answers', async (className, annotations, words) => {
  const deployment = kubernetesDeployment({ target: { type: 'kubernetes', ingress: { className, annotations } } });
  const [result] = await judge(deployment, ['names.timeouts']);
  expect(result).toMatchObject({ status: 'warn', observed: expect.stringMatching(new RegExp(`^\\S+/${words}$`)) });
});

it('an ingress that cuts uploads', async () => {
  const annotations = { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' };
  const deployment = kubernetesDeployment({
    target: { type: 'kubernetes', ingress: { className: 'nginx', annotations } },
  });
  const [result] = await judge(deployment, ['names.body-size']);
  expect(result).toMatchObject({
    status: 'fail',
    observed: 'nginx.ingress.kubernetes.io/proxy-body-size allows 8m',
  });
});

it('http addresses while nginx redirects every browser to https', async () => {
  const [result] = await judge(composeDeployment({ target: WITH_TLS, urls: urls('http://dify.example.com') }), [
    'names.schemes',
  ]);
  expect(result).toMatchObject({
    status: 'fail',
    observed: expect.stringContaining('nginx redirects every browser to https'),
  });
});

describe('proxies of the docker client’s configuration', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'difyctl-docker-config-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each<[string, string]>([
    ['localhost', 'fail'],
    ['*', 'pass'],
  ])('with noProxy %s', async (noProxy, status) => {
    const proxies = { default: { httpProxy: 'http://user:planted@proxy.example.com:3128', noProxy } };
    await writeFile(join(folder, 'config.json'), JSON.stringify({ proxies }));
    const [result] = await judge(composeDeployment(), ['names.proxy'], { DOCKER_CONFIG: folder });
    expect(result?.status).toBe(status);
  });
});
