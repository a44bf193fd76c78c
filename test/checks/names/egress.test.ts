import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Deployment } from '../../../src/deployment/schema/deployment.ts';
import { type EgressFact, egressNeeds, NAMES_EGRESS } from '../../../src/evidence/names/egress.ts';
import type { NamesSettings } from '../../../src/evidence/names/settings.ts';
import { namesSettingsCollector } from '../../../src/evidence/names/settings-collector.ts';
import { composeDeployment, rendered as renderedCompose } from '../../render/compose/rendering.ts';
import { kubernetesDeployment, rendered as renderedKubernetes } from '../../render/kubernetes/support/rendering.ts';
import { checkOf, collectContext, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, type SampleName } from '../../support/deployments.ts';
import { given } from '../../support/need.ts';

const settings = (
  api: Record<string, string> = {},
  pluginDaemon: Record<string, string> = {},
  dockerProxies?: Record<string, string>,
): NamesSettings => ({
  variables: { api, pluginDaemon },
  bodyLimits: [],
  internalHosts: [],
  ...(dockerProxies === undefined ? {} : { dockerProxies }),
});
const OFF = { MARKETPLACE_ENABLED: 'false' };
const MIRROR = { PIP_MIRROR_URL: 'https://mirror.example/simple/' };
const PROXY = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost,.example' };

it.each<[string, NamesSettings, readonly string[]]>([
  [
    'upstream’s own addresses',
    settings(),
    ['https://marketplace.dify.ai', 'https://pypi.org/simple/pip/', 'https://files.pythonhosted.org'],
  ],
  [
    'a mirror in place of the index',
    settings({}, MIRROR),
    ['https://marketplace.dify.ai', 'https://mirror.example/simple/pip/'],
  ],
  [
    'another marketplace',
    settings({ MARKETPLACE_API_URL: 'https://market.example' }, MIRROR),
    ['https://market.example', 'https://mirror.example/simple/pip/'],
  ],
  ['air-gapped', settings(OFF), []],
  ['air-gapped, with a mirror', settings(OFF, MIRROR), ['https://mirror.example/simple/pip/']],
  ['air-gapped, said to the daemon', settings({}, OFF), []],
  [
    'by a proxy',
    settings(PROXY, PROXY),
    [
      'https://marketplace.dify.ai by http://proxy:3128',
      'https://pypi.org/simple/pip/ by http://proxy:3128',
      'https://files.pythonhosted.org by http://proxy:3128',
    ],
  ],
  [
    'a mirror that the proxy is not for',
    settings(OFF, { ...PROXY, ...MIRROR }),
    ['https://mirror.example/simple/pip/'],
  ],
  [
    'by docker’s proxy',
    settings(OFF, MIRROR, { ALL_PROXY: 'http://all:8080' }),
    ['https://mirror.example/simple/pip/ by http://all:8080'],
  ],
])('%s', (_, seen, expected) => {
  const words = egressNeeds(seen).map(({ url, proxy }) => (proxy === undefined ? url : `${url} by ${proxy}`));
  expect(words).toEqual(expected);
});

it.each<[string, Deployment, readonly string[]]>([
  [
    'Compose as it comes',
    composeDeployment({}),
    ['https://marketplace.dify.ai', 'https://pypi.org/simple/pip/', 'https://files.pythonhosted.org'],
  ],
  ['Compose, air-gapped', composeDeployment({ components: { api: { extraEnv: OFF } } }), []],
  [
    'Compose with a mirror',
    composeDeployment({
      components: {
        api: { extraEnv: OFF },
        pluginDaemon: { extraEnv: { PIP_MIRROR_URL: 'https://mirror.example/simple' } },
      },
    }),
    ['https://mirror.example/simple/pip/'],
  ],
  [
    'Kubernetes as it comes',
    kubernetesDeployment({}),
    ['https://marketplace.dify.ai', 'https://pypi.org/simple/pip/', 'https://files.pythonhosted.org'],
  ],
  [
    'Kubernetes, air-gapped by the chart',
    kubernetesDeployment({ extraValues: { global: { marketplace: { enabled: false } } } }),
    [],
  ],
  [
    'Kubernetes with another marketplace',
    kubernetesDeployment({
      extraValues: { global: { marketplace: { apiUrl: 'https://market.example' } } },
      components: { pluginDaemon: { extraEnv: MIRROR } },
    }),
    ['https://market.example', 'https://mirror.example/simple/pip/'],
  ],
])('the rendered set decides: %s', async (_, deployment, expected) => {
  const rendered = deployment.target.type === 'compose' ? renderedCompose(deployment) : renderedKubernetes(deployment);
  const seen = await namesSettingsCollector.collect(collectContext({ deployment, rendered }), given());
  expect(egressNeeds(seen).map(({ url }) => url)).toEqual(expected);
});

const COMPOSE: SampleName = 'prod-compose-s3-qdrant';
const KUBERNETES: SampleName = 'prod-kubernetes-s3-qdrant';
const [marketplace, index] = egressNeeds(settings()) as [EgressFact, EgressFact];
const mirror: EgressFact = { ...index, url: 'https://mirror.example/simple/pip/', variable: 'PIP_MIRROR_URL' };
const lost = (stage: 'resolve' | 'connect' | 'tls' | 'use', text: string) => ({ fault: { stage, code: 'X', text } });

function verdict(asked: readonly EgressFact[], sample = COMPOSE, from: 'local' | 'cluster' = 'local') {
  const deployment = parsedDeployment(SAMPLE_FILES[sample] as unknown as JsonObject);
  return judged(checkOf('names.egress'), { deployment, from, seen: [[NAMES_EGRESS, asked]] });
}

it.each<[string, readonly EgressFact[], string, RegExp]>([
  [
    'all answer',
    [
      { ...marketplace, status: 200 },
      { ...index, status: 200 },
    ],
    'pass',
    /^marketplace\.dify\.ai and pypi\.org answer$/,
  ],
  ['nothing is asked for', [], 'pass', /no request leaves the deployment/],
  ['a refusal is an answer', [{ ...mirror, status: 403 }], 'pass', /answer/],
  [
    'no name',
    [{ ...marketplace, ...lost('resolve', 'marketplace.dify.ai does not resolve') }],
    'warn',
    /^marketplace\.dify\.ai does not resolve: no plugin could be installed from the marketplace$/,
  ],
  [
    'dropped',
    [{ ...index, ...lost('connect', 'does not answer') }],
    'warn',
    /^pypi\.org does not answer: no plugin could fetch/,
  ],
  [
    'looked into',
    [{ ...index, ...lost('tls', 'presents a certificate that is not trusted (X)') }],
    'warn',
    /as with a proxy that inspects TLS/,
  ],
  [
    'refused by the proxy',
    [{ ...index, proxy: 'http://p:1', ...lost('use', 'does not connect to pypi.org (403)') }],
    'warn',
    /by the proxy http:\/\/p:1/,
  ],
  ['another path of the mirror', [{ ...mirror, status: 404 }], 'warn', /no package index at that path/],
  ['a mirror that is ill', [{ ...mirror, status: 502 }], 'warn', /answers 502/],
  [
    'not tried',
    [{ ...index, unseen: 'its proxy requires a login' }],
    'skip',
    /not reachable from this machine: pypi\.org \(its proxy requires/,
  ],
  [
    'one tried',
    [
      { ...marketplace, status: 200 },
      { ...index, unseen: 'why' },
    ],
    'pass',
    /marketplace\.dify\.ai answers; not reachable from this machine: pypi\.org \(why\)/,
  ],
])('%s', (_, asked, status, message) => {
  expect(verdict(asked)).toMatchObject({ status, message: expect.stringMatching(message) });
});

it('the next step names where the evidence is from', () => {
  const asked = [{ ...index, ...lost('connect', 'does not answer') }];
  expect(verdict(asked, KUBERNETES).remedy).toContain('--from cluster');
  expect(verdict(asked, KUBERNETES, 'cluster').remedy).toContain('PIP_MIRROR_URL');
  expect(verdict(asked, COMPOSE).remedy).toContain('pypi.org:443');
  expect(verdict([{ ...mirror, status: 404 }], COMPOSE).remedy).toContain(
    'curl -sSI https://mirror.example/simple/pip/',
  );
});
