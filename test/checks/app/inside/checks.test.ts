import { describe, expect, test } from 'vitest';
import { APP_INSIDE, type InsideAnswers, REFUSED } from '../../../../src/evidence/app/inside/answers.ts';
import { APP_BEAT, type BeatFact } from '../../../../src/evidence/app/inside/beat.ts';
import { APP_CONNECTIONS, type ConnectionsFact } from '../../../../src/evidence/app/inside/connections.ts';
import { APP_KEYS, type KeyFact } from '../../../../src/evidence/app/inside/keys.ts';
import type { InsideAnswer } from '../../../../src/evidence/app/inside/requests.ts';
import { APP_SCHEMA, type SchemaFact } from '../../../../src/evidence/app/inside/schema.ts';
import { APP_WORKERS, type WorkersFact } from '../../../../src/evidence/app/inside/workers.ts';
import { queuesOf } from '../../../../src/versions/queues.ts';
import { checkOf, judged } from '../../../support/check-runs.ts';
import { parsedDeployment, urls } from '../../../support/deployments.ts';

const deployment = parsedDeployment({
  apiVersion: 'difyctl/v1',
  tier: 'test',
  target: { type: 'kubernetes' },
  urls: urls('http://dify.example.test'),
});
const VIA = 'a command in pod dify-api-1';

const short = ({ status, observed }: { readonly status: string; readonly observed: string }) => [status, observed];

describe('app.schema', () => {
  const rows: readonly (readonly [SchemaFact, string, string])[] = [
    [{ current: ['aaaaaaaaaaaa'], heads: ['aaaaaaaaaaaa'] }, 'pass', 'revision aaaaaaaaaaaa'],
    [{ current: ['bbbbbbbbbbbb'], heads: ['aaaaaaaaaaaa'] }, 'fail', 'revision bbbbbbbbbbbb in the database'],
    [{ current: [], heads: ['aaaaaaaaaaaa'] }, 'fail', 'no migration ran in the database'],
    [
      { current: ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'], heads: ['aaaaaaaaaaaa'] },
      'fail',
      'the database has the revisions aaaaaaaaaaaa and bbbbbbbbbbbb at once',
    ],
    [
      { current: ['aaaaaaaaaaaa'], heads: ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'] },
      'fail',
      'the image has the heads aaaaaaaaaaaa and bbbbbbbbbbbb',
    ],
    [{ current: ['aaaaaaaaaaaa'], heads: [] }, 'fail', 'the image names no head'],
  ];
  const judge = (...seen: readonly SchemaFact[]) => {
    const answers = seen.map((one, index) => ({ host: `dify-api-${index + 1}`, seen: one }));
    return short(judged(checkOf('app.schema'), { deployment, seen: [[APP_SCHEMA, { via: VIA, seen: answers }]] }));
  };
  test.each(rows)('%j: %s', (seen, status, observed) => {
    expect(judge(seen, seen)).toEqual([status, observed]);
  });

  test('names the processes whose image does not fit', () => {
    const fits = { current: ['aaaaaaaaaaaa'], heads: ['aaaaaaaaaaaa'] };
    const older = { current: ['aaaaaaaaaaaa'], heads: ['bbbbbbbbbbbb'] };
    expect(judge(fits, older)).toEqual(['fail', 'revision aaaaaaaaaaaa in the database, says dify-api-2']);
  });

  test('skips simulated pods', () => {
    const simulated = 'every pod of api is simulated (kwok)';
    const result = judged(checkOf('app.schema'), { deployment, seen: [[APP_SCHEMA, { via: 'api', simulated }]] });
    expect(short(result)).toEqual(['skip', simulated]);
  });
});

describe('app.workers and app.queues', () => {
  const all = queuesOf(deployment.version);
  const first = { name: 'celery@w1', queues: all };
  const judge = (id: string, seen: WorkersFact) =>
    short(judged(checkOf(id), { deployment, seen: [[APP_WORKERS, { via: VIA, seen }]] }));

  test('workers that answer and read every queue pass', () => {
    const seen = { running: ['celery@w1', 'celery@w2'], answered: [first, { name: 'celery@w2', queues: ['mail'] }] };
    expect(judge('app.workers', seen)).toEqual(['pass', '2 workers answered']);
    expect(judge('app.queues', seen)).toEqual(['pass', `${all.length} queues, each with a worker`]);
  });

  test('a worker that does not answer fails by its name', () => {
    const seen = { running: ['celery@w1', 'celery@w2'], answered: [first] };
    expect(judge('app.workers', seen)).toEqual(['fail', 'no answer from celery@w2']);
  });

  test('no running worker fails', () => {
    expect(judge('app.workers', { running: [], answered: [first] })).toEqual(['fail', 'no worker runs']);
  });

  test('a queue that only a worker of another installation reads fails', () => {
    const seen = {
      running: ['celery@w1'],
      answered: [
        { name: 'celery@w1', queues: all.filter((queue) => queue !== 'retention') },
        { ...first, name: 'x@y' },
      ],
    };
    expect(judge('app.queues', seen)).toEqual(['fail', 'no worker reads the queue retention']);
  });

  test('a worker of a pool that reads other queues than planned fails', () => {
    const pooled = parsedDeployment({
      apiVersion: 'difyctl/v1',
      tier: 'test',
      target: { type: 'compose' },
      components: { worker: { pools: { mails: { queues: ['mail'] } } } },
    });
    const others = queuesOf(pooled.version).filter((queue) => queue !== 'mail');
    const of = (pool: readonly string[], worker: readonly string[]): WorkersFact => ({
      running: ['celery@w1', 'celery@p1'],
      answered: [
        { name: 'celery@w1', queues: [...worker, 'of_a_later_release'] },
        { name: 'celery@p1', queues: pool },
      ],
      pools: { 'celery@p1': 'mails' },
    });
    const result = (seen: WorkersFact) =>
      short(judged(checkOf('app.queues'), { deployment: pooled, seen: [[APP_WORKERS, { via: VIA, seen }]] }));
    expect(result(of(['mail'], others))[0]).toBe('pass');
    expect(result(of(['mail', 'plugin'], others))).toEqual(['fail', 'other queues than planned: celery@p1 (plugin)']);
    expect(result(of(['mail'], [...others, 'mail']))).toEqual(['fail', 'other queues than planned: celery@w1 (mail)']);
  });

  test('queues of an older release fail with each missing queue', () => {
    const seen = { running: ['celery@w1'], answered: [{ name: 'celery@w1', queues: queuesOf('1.9.1') }] };
    expect(judge('app.queues', seen)).toEqual([
      'fail',
      'no worker reads the queues priority_pipeline, pipeline, workflow, schedule_poller, schedule_executor, ' +
        'triggered_workflow_dispatcher and 3 more',
    ]);
  });

  test('no named queue fails', () => {
    expect(judge('app.queues', { running: ['celery@w1'], answered: [] })).toEqual([
      'fail',
      'no worker named its queues',
    ]);
  });
});

describe('app.beat', () => {
  const one = { running: ['beat-1'], simulated: false, startedAt: '2026-11-22T11:00:00Z' };
  const debug = { ...deployment, logging: { ...deployment.logging, level: 'WARNING' as const } };
  const rows: readonly (readonly [BeatFact, string, string])[] = [
    [{ ...one, sent: true }, 'pass', 'one beat, which sent a task within the last 5 minutes'],
    [{ ...one, sent: false }, 'fail', 'beat sent no task within the last 5 minutes'],
    [
      { ...one, startedAt: '2026-11-22T11:59:00Z', sent: false },
      'pass',
      'one beat runs; its first task is not due yet',
    ],
    [{ running: [], simulated: false }, 'fail', 'no beat runs'],
    [{ running: ['beat-1', 'beat-2'], simulated: false }, 'fail', '2 beats run: beat-1 and beat-2'],
    [{ running: ['beat-1'], simulated: true }, 'skip', 'every pod of beat is simulated (kwok)'],
  ];
  test.each(rows)('%j: %s', (seen, status, observed) => {
    expect(short(judged(checkOf('app.beat'), { deployment, seen: [[APP_BEAT, seen]] }))).toEqual([status, observed]);
  });

  test('a log without the level INFO proves nothing', () => {
    const seen = { ...one, sent: false };
    expect(short(judged(checkOf('app.beat'), { deployment: debug, seen: [[APP_BEAT, seen]] }))).toEqual([
      'pass',
      'one beat runs; its log does not name tasks at level WARNING',
    ]);
  });
});

describe('requests from inside the api', () => {
  const answer = (over: Partial<InsideAnswer>): InsideAnswer => ({
    status: undefined,
    connect: undefined,
    exitCode: 0,
    body: '',
    ...over,
  });
  const ran = answer({ status: 200, body: '{"code":0,"message":"success","data":{"stdout":"difyctl\\n","error":""}}' });
  const healthy: InsideAnswers = {
    'sandbox.python': ran,
    'sandbox.javascript': ran,
    'sandbox.wrong-key': answer({ status: 401 }),
    'plugin-daemon.health': answer({ status: 200, body: '{"status":"ok"}' }),
    'plugin-daemon.key': answer({ status: 200 }),
    'plugin-daemon.wrong-key': answer({ status: 401 }),
    ...Object.fromEntries(REFUSED.map((address) => [`ssrf.${address}`, answer({ status: 403 })])),
    'ssrf.api-server': answer({ connect: 403, exitCode: 56 }),
    'ssrf.public': answer({ status: 200, connect: 200 }),
  };
  const judge = (id: string, over: InsideAnswers = {}) =>
    short(
      judged(checkOf(id), {
        deployment,
        tier: 'prod',
        seen: [[APP_INSIDE, { via: VIA, seen: { ...healthy, ...over } }]],
      }),
    );

  test.each([
    ['app.sandbox', '3 requests answered as expected'],
    ['app.plugin-daemon', '3 requests answered as expected'],
    ['app.ssrf-proxy', '6 requests answered as expected'],
    ['app.egress', 'marketplace.dify.ai is reached'],
  ])('%s passes if all is well', (id, observed) => {
    expect(judge(id)).toEqual(['pass', observed]);
  });

  const faults: readonly (readonly [string, InsideAnswers, string])[] = [
    ['app.sandbox', { 'sandbox.python': answer({ exitCode: 7 }) }, 'Python: the connection is refused'],
    [
      'app.sandbox',
      { 'sandbox.python': answer({ status: 401 }), 'sandbox.javascript': answer({ status: 401 }) },
      'Python: 401 and JavaScript: 401',
    ],
    ['app.sandbox', { 'sandbox.wrong-key': ran }, 'a wrong key: 200'],
    [
      'app.sandbox',
      { 'sandbox.python': answer({ status: 200, body: '{"data":{"stdout":"","error":"no such module"}}' }) },
      'Python: 200',
    ],
    ['app.plugin-daemon', { 'plugin-daemon.key': answer({ status: 401 }) }, 'the key of the api: 401'],
    ['app.plugin-daemon', { 'plugin-daemon.wrong-key': answer({ status: 200 }) }, 'a wrong key: 200'],
    [
      'app.plugin-daemon',
      { 'plugin-daemon.health': answer({ exitCode: 6 }) },
      '/health/check: the name does not resolve',
    ],
    ['app.ssrf-proxy', { 'ssrf.169.254.169.254': answer({ status: 200 }) }, '169.254.169.254: 200'],
    ['app.ssrf-proxy', { 'ssrf.10.0.0.1': answer({ status: 503 }) }, '10.0.0.1: 503'],
    ['app.ssrf-proxy', { 'ssrf.api-server': answer({ status: 401, connect: 200 }) }, 'the Kubernetes API: 401'],
    ['app.ssrf-proxy', { 'ssrf.127.0.0.1': answer({ exitCode: 28 }) }, '127.0.0.1: no answer in time'],
  ];
  test.each(faults)('%s fails for %j', (id, over, observed) => {
    expect(judge(id, over)).toEqual(['fail', observed]);
  });

  test('no way to the internet is a warning in prod and a note in test', () => {
    const seen: InsideAnswers = { ...healthy, 'ssrf.public': answer({ connect: 503, exitCode: 56 }) };
    const result = (tier: 'prod' | 'test') =>
      judged(checkOf('app.egress'), { deployment: { ...deployment, tier }, seen: [[APP_INSIDE, { via: VIA, seen }]] });
    expect(short(result('prod'))).toEqual(['warn', 'marketplace.dify.ai: 503 from the proxy']);
    expect(result('test')).toMatchObject({ status: 'pass', note: expect.stringContaining('503 from the proxy') });
  });
});

describe('app.keys', () => {
  const sides = (...values: readonly (number | undefined)[]): readonly KeyFact[] => {
    const places = [
      ['api', 'PLUGIN_DAEMON_KEY'],
      ['worker', 'PLUGIN_DAEMON_KEY'],
      ['pluginDaemon', 'SERVER_KEY'],
    ] as const;
    return places.slice(0, values.length).map(([component, variable], index) => {
      return { component, host: `dify-${component}-1`, variable, value: values[index] };
    });
  };
  const second = (value: number | undefined): KeyFact => ({
    ...{ component: 'worker', host: 'dify-worker-2', variable: 'PLUGIN_DAEMON_KEY', value },
  });
  const rows: readonly (readonly [readonly (readonly KeyFact[])[], string, string])[] = [
    [[sides(0, 0, 0)], 'pass', '1 key shared'],
    [[sides(0, 0, 1)], 'fail', 'SERVER_KEY of pluginDaemon: not the value of PLUGIN_DAEMON_KEY of api'],
    [[sides(0, undefined, 0)], 'fail', 'PLUGIN_DAEMON_KEY of worker: not set'],
    [[[...sides(0, 0, 0), second(0)]], 'pass', '1 key shared'],
    [
      [[...sides(0, 0, 0), second(1)]],
      'fail',
      'PLUGIN_DAEMON_KEY of worker in dify-worker-2: not the value of PLUGIN_DAEMON_KEY of api',
    ],
    [
      [[...sides(0, 1, 0), second(1)]],
      'fail',
      'PLUGIN_DAEMON_KEY of worker: not the value of PLUGIN_DAEMON_KEY of api',
    ],
    [[[...sides(0, 0, 0), second(undefined)]], 'fail', 'PLUGIN_DAEMON_KEY of worker in dify-worker-2: not set'],
    [[sides(undefined, undefined, undefined)], 'pass', '1 key shared'],
    [[sides(0)], 'skip', 'no two processes that share a key could be asked'],
    [[], 'skip', 'no two processes that share a key could be asked'],
  ];
  test.each(rows)('%j: %s', (seen, status, observed) => {
    expect(short(judged(checkOf('app.keys'), { deployment, seen: [[APP_KEYS, seen]] }))).toEqual([status, observed]);
  });
});

describe('postgres.connections-in-use', () => {
  const of = (used: number): ConnectionsFact => ({ used, limit: 103, reserved: 3 });
  const words = (used: number): string => `${used} of 100 connections in use (max_connections 103 − 3 reserved)`;
  const rows: readonly (readonly [ConnectionsFact, string, string])[] = [
    [of(79), 'pass', words(79)],
    [of(80), 'warn', words(80)],
    [of(95), 'fail', words(95)],
    [{ used: undefined, limit: undefined, reserved: 0 }, 'fail', 'the server refuses one more connection of the api'],
  ];
  test.each(rows)('%j: %s', (seen, status, observed) => {
    const input = {
      deployment: { ...deployment, tier: 'prod' as const },
      seen: [[APP_CONNECTIONS, { via: VIA, seen }]] as const,
    };
    expect(short(judged(checkOf('postgres.connections-in-use'), input))).toEqual([status, observed]);
  });
});
