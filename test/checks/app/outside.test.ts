import { describe, expect, test } from 'vitest';
import { type Answer, APP_ANSWERS, PING, ROUTES } from '../../../src/evidence/app/answers.ts';
import { APP_CHANNELS, type Channel } from '../../../src/evidence/app/outside/channels.ts';
import { APP_OUTSIDE, type PublicAnswers } from '../../../src/evidence/app/outside/origins.ts';
import { APP_PROXIES, type Proxies } from '../../../src/evidence/app/outside/proxies.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, urls } from '../../support/deployments.ts';

const URL = 'https://dify.example.com';
const prod = parsedDeployment({
  ...SAMPLE_FILES['prod-compose-s3-qdrant'],
  target: { type: 'compose' },
  urls: urls(URL),
});
const plainProd = { ...prod, urls: { ...prod.urls, console: 'http://dify.example.com' } };
const { version } = prod;

const NONE = { contentType: '', version: '', location: '', body: '', fault: undefined };
const FROM = {
  api: { ...NONE, status: 401, contentType: 'application/json', version },
  pluginDaemon: { ...NONE, status: 404, contentType: 'application/json' },
  apiWebsocket: { ...NONE, status: 200, contentType: 'text/plain', body: '0{"sid":"x"}' },
  web: { ...NONE, status: 200, contentType: 'text/html' },
};
const PONG = { ...FROM.api, status: 200, body: '{"result":"pong"}', hsts: 'max-age=1' };

function answers(over: Readonly<Record<string, Omit<Answer, 'path'>>> = {}): readonly Answer[] {
  const all = { ...Object.fromEntries(ROUTES.map(({ path, by }) => [path, FROM[by]])), [PING]: PONG, ...over };
  return Object.entries(all).map(([path, answer]) => ({ path, ...answer }));
}

function step(url: string, status: number | undefined, location = '') {
  return { url, status, location, fault: status === undefined ? 'ECONNREFUSED' : undefined };
}

function origin(over: Partial<PublicAnswers> = {}): PublicAnswers {
  return {
    url: URL,
    fields: ['urls.console', 'urls.api', 'urls.app', 'urls.files'],
    answers: answers(),
    root: { steps: [step(`${URL}/`, 307, '/apps'), step(`${URL}/apps`, 200)], end: 'answer' },
    plain: { steps: [step('http://dify.example.com/', 301, `${URL}/`), step(`${URL}/`, 200)], end: 'answer' },
    links: [{ attribute: 'data-api-prefix', url: `${URL}/console/api` }],
    ...over,
  };
}

const PROXIES: Proxies = {
  nginx: {
    via: 'a command in a container of nginx',
    rules: [{ prefix: '/v1', location: '/v1', buffers: false, headers: ['x-forwarded-for', 'x-forwarded-proto'] }],
  },
  ingresses: [],
};

function outside(id: string, one: Partial<PublicAnswers> = {}, of = prod, proxies: Proxies = PROXIES) {
  const seen = [
    [APP_OUTSIDE, { origins: [origin(one)] }],
    [APP_ANSWERS, { via: 'x', simulated: undefined, answers: answers() }],
    [APP_PROXIES, proxies],
  ] as const;
  const { status, observed, remedy } = judged(checkOf(id), { deployment: of, seen });
  return [status, observed, remedy];
}

describe('a healthy way in passes', () => {
  test.each([
    [
      'app.https',
      `urls.console, urls.api, urls.app and urls.files ${URL}: https and http://dify.example.com/: redirected to https`,
    ],
    ['app.headers', `${URL}: Dify ${version} answers`],
    ['app.public-routes', `${URL}: 13 paths`],
    ['app.forwarded', `nginx: sends X-Forwarded-For and X-Forwarded-Proto and ${URL}: no link without TLS`],
    ['app.streaming', 'nginx: proxy_buffering is off'],
  ])('%s', (id, observed) => {
    expect(outside(id).slice(0, 2)).toEqual(['pass', observed]);
  });
});

describe('each fault has its id', () => {
  const looping = { steps: [step(`${URL}/`, 301, `${URL}/`)], end: 'loop' } as const;
  const open = { steps: [step('http://dify.example.com/', 200)], end: 'answer' } as const;
  test.each([
    [
      'app.https',
      { url: 'http://dify.example.com', fields: ['urls.console'] },
      'fail',
      'urls.console http://dify.example.com: http: sessions and keys are sent unencrypted',
    ],
    ['app.https', { root: looping }, 'fail', `${URL}/: redirects in a loop (301 to ${URL}/)`],
    ['app.https', { plain: open }, 'warn', 'http://dify.example.com/: answers 200 without TLS and does not redirect'],
    [
      'app.headers',
      { answers: answers({ [PING]: { ...PONG, version: '1.14.2' } }) },
      'fail',
      `${URL}: Dify 1.14.2 answers`,
    ],
    [
      'app.headers',
      { answers: answers({ [PING]: { ...PONG, version: '' } }) },
      'warn',
      `${URL}: a server in front removes X-Version`,
    ],
    [
      'app.public-routes',
      { answers: answers({ '/v1/info': FROM.web }) },
      'fail',
      `${URL}/v1/info: 200 text/html from the web front end, not the API`,
    ],
    [
      'app.public-routes',
      { answers: answers({ '/health': FROM.api }) },
      'fail',
      `${URL}/health: 401 application/json from the API, not the web front end`,
    ],
    [
      'app.forwarded',
      { links: [{ attribute: 'data-api-prefix', url: 'http://dify.example.com/console/api' }] },
      'fail',
      `${URL}: data-api-prefix is http://dify.example.com/console/api`,
    ],
    [
      'app.forwarded',
      { answers: answers({ '/signin': { ...FROM.web, status: 307, location: 'http://dify.example.com/apps' } }) },
      'fail',
      `${URL}: redirects to http://dify.example.com/apps`,
    ],
  ] as const)('%s %#', (id, over, status, observed) => {
    expect(outside(id, over).slice(0, 2)).toEqual([status, observed]);
  });

  test('a missing path is named with the location that routes it', () => {
    const [, , remedy] = outside('app.public-routes', { answers: answers({ '/v1/info': FROM.web }) });
    expect(remedy).toBe('add to the server in front: location /v1 { proxy_pass http://HOST:80; }');
  });

  test('an address without Strict-Transport-Security is a note', () => {
    const { hsts: _, ...bare } = PONG;
    expect(outside('app.headers', { answers: answers({ [PING]: bare }) }).slice(0, 2)).toEqual([
      'pass',
      `${URL}: Dify ${version} answers, without Strict-Transport-Security`,
    ]);
  });
});

test('an address that this machine cannot reach is skipped, and http in prod fails all the same', () => {
  const silent = { fault: 'ENOTFOUND', answers: [], links: [] };
  expect(outside('app.headers', silent)[0]).toBe('skip');
  expect(outside('app.https', silent)[0]).toBe('skip');
  expect(outside('app.https', { ...silent, url: 'http://dify.example.com' }, plainProd).slice(0, 2)).toEqual([
    'fail',
    'urls.console: http: sessions and keys are sent unencrypted',
  ]);
});

describe('app.streaming', () => {
  const ingress = (controller: string, annotations = {}) => ({
    ingresses: [{ name: 'dify', controller, annotations }],
  });
  test.each([
    [ingress('k8s.io/ingress-nginx'), 'pass', 'Ingress dify: buffering is off'],
    [
      ingress('k8s.io/ingress-nginx', { 'nginx.ingress.kubernetes.io/proxy-buffering': 'on' }),
      'fail',
      'Ingress dify: nginx.ingress.kubernetes.io/proxy-buffering is on',
    ],
    [ingress('nginx.org/ingress-controller'), 'fail', 'Ingress dify: nginx.org/ingress-controller buffers by default'],
    [
      ingress('traefik.io/ingress-controller'),
      'pass',
      'Ingress dify: traefik.io/ingress-controller is not known to buffer',
    ],
    [
      { ingresses: [], nginx: { via: 'x', rules: [{ prefix: '/v1', location: '/v1', buffers: true, headers: [] }] } },
      'fail',
      'nginx: proxy_buffering is on in location /v1',
    ],
    [
      { ingresses: [], nginx: { via: 'x', rules: [{ prefix: '/v1', location: '', buffers: false, headers: [] }] } },
      'unknown',
      'nginx: its rules cannot be read',
    ],
    [
      { ingresses: [], simulated: 'every pod of proxy is simulated (kwok)' },
      'skip',
      'every pod of proxy is simulated (kwok)',
    ],
  ] as const)('%#', (proxies, status, observed) => {
    expect(outside('app.streaming', {}, prod, proxies).slice(0, 2)).toEqual([status, observed]);
  });

  test('nginx that hides the client is a warning', () => {
    const rules = [{ prefix: '/v1', location: '/v1', buffers: false, headers: ['host'] }];
    expect(outside('app.forwarded', {}, prod, { nginx: { via: 'x', rules }, ingresses: [] }).slice(0, 2)).toEqual([
      'warn',
      'nginx: sends not both in location /v1',
    ]);
  });
});

describe('uploads and WebSockets', () => {
  const largest = { name: 'UPLOAD_VIDEO_FILE_SIZE_LIMIT', value: '100', bytes: 100 * 2 ** 20 };
  const done = { announced: largest.bytes, sent: largest.bytes };
  const nginxPage = { ...NONE, path: '/', status: 413, contentType: 'text/html', body: '<center>nginx</center>' };
  const ok: Channel = {
    hop: 'public',
    via: URL,
    handshake: { accepted: true, answer: { path: '/', ...NONE, status: 101 } },
    upload: { ...done, answer: { path: '/', ...FROM.api } },
  };
  const refused = { ...done, sent: 0, answer: nginxPage };
  const unaccepted = { accepted: false, answer: { ...nginxPage, status: 404 } };
  const own = { ...ok, hop: 'nginx', via: 'http://127.0.0.1:80' } as const;
  const judge = (id: string, ways: readonly Channel[]) => {
    const result = judged(checkOf(id), { deployment: prod, seen: [[APP_CHANNELS, { largest, ways }]] });
    return [result.status, result.observed, result.remedy];
  };

  test.each([
    [
      'app.upload',
      [ok],
      'pass',
      `100 MiB is not refused: 401 application/json from the API after 100 MiB through ${URL}`,
    ],
    [
      'app.upload',
      [{ ...ok, upload: { ...done, sent: 0 } }],
      'pass',
      `100 MiB is not refused: announced through ${URL}`,
    ],
    [
      'app.upload',
      [{ ...ok, upload: refused }, own],
      'fail',
      'the ingress or load balancer in front of nginx refuses 100 MiB with 413',
    ],
    [
      'app.upload',
      [
        { ...ok, upload: refused },
        { ...own, upload: refused },
      ],
      'fail',
      'nginx refuses 100 MiB with 413',
    ],
    [
      'app.upload',
      [{ ...ok, upload: { ...refused, answer: { ...FROM.api, path: '/', status: 413 } } }, own],
      'fail',
      'the API refuses 100 MiB with 413',
    ],
    [
      'app.upload',
      [{ ...own, upload: { ...refused, answer: { ...nginxPage, status: 500 } } }],
      'fail',
      'nginx refuses 100 MiB with 500',
    ],
    [
      'app.upload',
      [{ ...ok, upload: { ...done, sent: 0, answer: { path: '/', ...NONE, status: undefined, fault: 'EPIPE' } } }],
      'unknown',
      `the upload of 100 MiB through ${URL} broke off (EPIPE)`,
    ],
    ['app.websocket', [ok], 'pass', `101 Switching Protocols through ${URL}`],
    [
      'app.websocket',
      [{ ...ok, handshake: unaccepted }, own],
      'fail',
      `/socket.io/ through ${URL}: 404 text/html from nginx itself`,
    ],
  ] as const)('%s %#', (id, ways, status, observed) => {
    expect(judge(id, ways).slice(0, 2)).toEqual([status, observed]);
  });

  test('the next step names the server that refused', () => {
    expect(judge('app.upload', [{ ...own, upload: refused }])[2]).toBe(
      'difyctl install restores the rendered limit: 100m in nginx/nginx.conf',
    );
    expect(judge('app.upload', [{ ...ok, upload: refused }, own])[2]).toContain('proxy-body-size: 100m');
    expect(judge('app.websocket', [{ ...ok, handshake: unaccepted }, own])[2]).toContain('nginx itself accepts them');
    expect(judge('app.websocket', [{ ...own, handshake: unaccepted }])[2]).toContain('read the log of api-websocket');
  });

  test('simulated pods are skipped', () => {
    const simulated = 'all 2 pods of Service dify are simulated (kwok)';
    const result = judged(checkOf('app.upload'), {
      deployment: prod,
      seen: [[APP_CHANNELS, { largest, simulated, ways: [] }]],
    });
    expect(result).toMatchObject({ status: 'skip', message: simulated });
  });
});
