import { describe, expect, test } from 'vitest';
import {
  type Answer,
  APP_ANSWERS,
  APP_HEALTH,
  INIT,
  PING,
  ROUTES,
  SETUP,
  SIGN_IN,
  SOCKET,
} from '../../../src/evidence/app/answers.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, urls } from '../../support/deployments.ts';

const deployment = parsedDeployment({
  apiVersion: 'difyctl/v1',
  tier: 'test',
  target: { type: 'compose' },
  urls: urls('http://localhost'),
});
const prod = { ...deployment, tier: 'prod' as const };

const JSON_TYPE = 'application/json';
const HTML = 'text/html; charset=utf-8';
const SILENT = { contentType: '', version: '', location: '', body: '', fault: undefined };
const FROM = {
  api: { ...SILENT, status: 401, contentType: JSON_TYPE, version: '1.16.1', body: '{"code":"unauthorized"}' },
  pluginDaemon: { ...SILENT, status: 404, contentType: JSON_TYPE, body: '{"code":-404}' },
  apiWebsocket: { ...SILENT, status: 200, contentType: 'text/plain', body: '0{"sid":"x"}' },
  web: { ...SILENT, status: 200, contentType: HTML, body: '<!DOCTYPE html>' },
  nginx: { ...SILENT, status: 502, contentType: 'text/html', body: '<center>nginx/1.28.0</center>' },
  nobody: { ...SILENT, status: undefined, fault: 'ECONNREFUSED' },
};

/** Answers of a healthy installation, some of them replaced. */
function answers(over: Readonly<Record<string, Omit<Answer, 'path'>>> = {}) {
  const healthy: Readonly<Record<string, Omit<Answer, 'path'>>> = {
    ...Object.fromEntries(ROUTES.map(({ path, by }) => [path, FROM[by]])),
    [PING]: { ...FROM.api, status: 200, body: '{"result":"pong"}' },
    [SETUP]: { ...FROM.api, status: 200, body: '{"step":"finished","setup_at":"x"}' },
    ...over,
  };
  return {
    via: 'http://127.0.0.1:80 as localhost',
    simulated: undefined,
    answers: Object.entries(healthy).map(([path, answer]) => ({ path, ...answer })),
  };
}

const judge = (id: string, over?: Readonly<Record<string, Omit<Answer, 'path'>>>, of = deployment) =>
  judged(checkOf(id), { deployment: of, seen: [[APP_ANSWERS, answers(over)]] });

test.each(['app.ping', 'app.setup', 'app.web', 'app.routes'])('%s passes in a healthy installation', (id) => {
  expect(judge(id)).toMatchObject({ status: 'pass' });
});

describe('faults', () => {
  const rows = [
    ['app.ping', PING, FROM.nginx, '502 text/html from nginx itself'],
    // nginx adds a header of `add_header … always` to its own pages too.
    ['app.ping', PING, { ...FROM.nginx, version: '1.16.1' }, '502 text/html from nginx itself'],
    ['app.ping', PING, FROM.nobody, 'ECONNREFUSED'],
    [
      'app.ping',
      PING,
      { ...FROM.api, status: 200, version: '1.15.0', body: '{"result":"pong"}' },
      'the API reports version 1.15.0',
    ],
    ['app.setup', SETUP, { ...FROM.api, status: 500, body: '{}' }, '500 application/json from the API'],
    ['app.web', SIGN_IN, FROM.api, '401 application/json from the API'],
    ['app.web', SIGN_IN, { ...FROM.web, status: 500 }, '500 text/html from the web front end'],
    ['app.routes', '/v1/info', FROM.web, '/v1/info: 200 text/html from the web front end, not the API'],
    ['app.routes', '/e/difyctl-probe/', FROM.web, 'not the plugin daemon'],
    ['app.routes', '/e/difyctl-probe/', FROM.nginx, 'from nginx itself'],
    ['app.routes', SOCKET, FROM.api, '/socket.io/: 401 application/json from the API, not the websocket'],
    ['app.routes', '/health', FROM.api, '/health: 401 application/json from the API, not the web front end'],
    ['app.routes', '/inner/api/difyctl-probe', FROM.api, 'not the web front end'],
    ['app.routes', '/explore/apps', FROM.nobody, 'no answer (ECONNREFUSED)'],
  ] as const;
  test.each(rows)('%s, %s', (id, path, answer, said) => {
    const result = judge(id, { [path]: answer });
    expect(result.status).toBe('fail');
    expect(result.message).toContain(said);
  });

  test('each path is an observation of its own', () => {
    const { observations = [] } = judge('app.routes', { '/v1/info': FROM.web });
    expect(observations.filter(({ status }) => status === 'fail').map(({ subject }) => subject)).toEqual(['/v1/info']);
    expect(observations).toHaveLength(ROUTES.length);
  });

  test('a redirect to another page counts as the web front end', () => {
    expect(judge('app.routes', { '/explore/apps': { ...SILENT, status: 307, location: '/signin' } }).status).toBe(
      'pass',
    );
  });
});

test('no administrator yet: a note in test, a warning in prod, with the page that creates one', () => {
  const open = { [SETUP]: { ...FROM.api, status: 200, body: '{"step":"not_started"}' } };
  expect(judge('app.setup', open)).toMatchObject({ status: 'pass', remedy: 'create it now: http://localhost/install' });
  expect(judge('app.setup', open, prod)).toMatchObject({
    status: 'warn',
    remedy: 'create it now: http://localhost/install',
  });
});

test.each([
  ['asks for INIT_PASSWORD', 'pass', '{"status":"not_started"}'],
  ['asks for nothing', 'warn', '{"status":"finished"}'],
])('no administrator yet, and the setup page %s: %s in prod', (_, status, body) => {
  const over = {
    [SETUP]: { ...FROM.api, status: 200, body: '{"step":"not_started"}' },
    [INIT]: { ...FROM.api, status: 200, body },
  };
  expect(judge('app.setup', over, prod).status).toBe(status);
});

test('no route is requested for a component that is off', () => {
  const without = { ...deployment, components: { apiWebsocket: { enabled: false } } };
  expect(judge('app.routes', { [SOCKET]: FROM.web }, without).status).toBe('pass');
});

test.each(['app.ping', 'app.setup', 'app.web', 'app.routes'])('%s of simulated pods is skipped, never passed', (id) => {
  const simulated = 'all 3 pods of Service dify are simulated (kwok)';
  const result = judged(checkOf(id), { deployment, seen: [[APP_ANSWERS, { via: 'x', simulated, answers: [] }]] });
  expect(result).toMatchObject({ status: 'skip', message: simulated });
});

describe('app.health', () => {
  const health = (answer: Omit<Answer, 'path'>) =>
    judged(checkOf('app.health'), {
      deployment,
      seen: [[APP_HEALTH, { via: 'x', simulated: undefined, answers: [{ path: '/health', ...answer }] }]],
    });
  test('200 with status ok', () => {
    const body = '{"pid":1,"status":"ok","version":"1.16.1"}';
    expect(health({ ...FROM.api, status: 200, body })).toMatchObject({
      status: 'pass',
      message: expect.stringContaining('1.16.1'),
    });
  });
  test.each([FROM.nobody, FROM.api, { ...FROM.api, status: 200, body: '{"status":"starting"}' }])(
    'fails for any other answer',
    (answer) => {
      expect(health(answer).status).toBe('fail');
    },
  );
});
