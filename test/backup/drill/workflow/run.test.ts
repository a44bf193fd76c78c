import { describe, expect, test } from 'vitest';
import { runWorkflow } from '../../../../src/backup/drill/workflow/run.ts';
import type { Query } from '../../../../src/backup/invariants/read/source.ts';
import { ExternalError } from '../../../../src/base/errors.ts';
import type { Docker } from '../../../../src/exec/docker.ts';
import type { RunOptions } from '../../../../src/exec/runner.ts';

const APP = '8a8b2c1d-0e4f-4a6b-9c3d-5e6f7a8b9c0d';
const KEY = 'app-0123456789abcdefghijklmn';
const PROJECT = { name: 'difyctl-drill-0a1b2c3d', directory: '/tmp/drill' };
const ROW = { mode: 'workflow', workflow_id: '1' };

/** A database with an app and a key. */
function database(app: Record<string, unknown> | undefined, token: string | undefined, tables = 2): Query {
  return async (text) => {
    if (text.includes('unnest')) return [{ name: 'apps' }, { name: 'api_tokens' }].slice(0, tables);
    if (text.includes('FROM apps')) return app === undefined ? [] : [app];
    return token === undefined ? [] : [{ token }];
  };
}

/** Runs the workflow against an api that gives this output of curl, and records the call. */
async function run(
  output: string | Error,
  query = database(ROW, KEY),
  settings: Partial<Parameters<typeof runWorkflow>[0]> = {},
) {
  const calls: { readonly args: readonly string[]; readonly options: RunOptions | undefined }[] = [];
  const secrets: string[] = [];
  const composeLive: Docker['composeLive'] = async (_project, args, options) => {
    calls.push({ args, options });
    if (output instanceof Error) throw output;
    return output;
  };
  const result = await runWorkflow(
    { app: APP, ...settings },
    {
      engine: { composeLive } as Docker,
      project: PROJECT,
      query,
      protect: (values) => secrets.push(...values),
      signal: new AbortController().signal,
    },
  );
  return { result, calls, secrets };
}

const answered = (body: unknown, http = 200, exitCode = 0): string =>
  `${typeof body === 'string' ? body : JSON.stringify(body)}\ndifyctl-answer ${String(http).padStart(3, '0')} ${exitCode}\n`;
const ended = (data: Record<string, unknown>): string => answered({ workflow_run_id: '1', task_id: '2', data });

const OUTSIDE =
  'name a workflow that needs no outside service, such as one of code, template and if-else nodes: the networks of a drill have no way out';

test('a workflow that succeeds has the names of its outputs, and none of their values', async () => {
  const { result, secrets } = await run(
    ended({ status: 'succeeded', outputs: { answer: 'of a user', count: 2 }, error: null, elapsed_time: 0.42 }),
  );
  expect(result).toEqual({
    ...{ id: 'workflow', app: APP, status: 'pass', seconds: 0.42, outputs: ['answer', 'count'] },
    expected: `the workflow of app ${APP} succeeds`,
    observed: `app ${APP} succeeded with the outputs answer, count`,
  });
  expect(secrets).toEqual([KEY]);
});

test('the key and the inputs reach curl in the api on standard input only', async () => {
  const inputs = { question: 'Say "a\\b"', count: 2, deep: true };
  const { calls } = await run(ended({ status: 'succeeded', outputs: {} }), undefined, { inputs, timeout: '5m' });
  const mark = '\\ndifyctl-answer %{http_code} %{exitcode}\\n';
  expect(calls.map(({ args }) => args)).toEqual([
    ['exec', '-T', 'api', 'curl', '--disable', '--silent', '--write-out', mark, '--config', '-'],
  ]);
  expect(calls[0]?.options).toMatchObject({ okCodes: [0, 7, 28, 52, 56], timeoutMs: 315_000 });
  expect(calls[0]?.options?.input).toBe(String.raw`url = "http://localhost:5001/v1/workflows/run"
noproxy = "*"
max-time = "300"
header = "Authorization: Bearer ${KEY}"
header = "Content-Type: application/json"
data-raw = "{\"inputs\":{\"question\":\"Say \\\"a\\\\b\\\"\",\"count\":2,\"deep\":true},\"response_mode\":\"blocking\",\"user\":\"difyctl-drill\"}"
`);
});

describe('a workflow is not run if', () => {
  test.each([
    [
      'the database has no apps',
      database(undefined, undefined, 0),
      `the set has no app ${APP}`,
      'set recovery.drills.workflow.app to the id of an app that the set contains',
    ],
    [
      'the set has no such app',
      database(undefined, KEY),
      `the set has no app ${APP}`,
      'set recovery.drills.workflow.app to the id of an app that the set contains',
    ],
    [
      'the app is a chat',
      database({ ...ROW, mode: 'advanced-chat' }, KEY),
      `app ${APP} has the mode advanced-chat, and a drill runs only apps of the mode workflow`,
      'set recovery.drills.workflow.app to the id of an app of the type Workflow',
    ],
    [
      'the workflow is not published',
      database({ ...ROW, workflow_id: null }, KEY),
      `app ${APP} has no published workflow in the set`,
      'publish it, then run difyctl backup',
    ],
    ...[undefined, 'a key\nof two lines'].map(
      (key) =>
        [
          `its key is ${JSON.stringify(key)}`,
          database(ROW, key),
          `app ${APP} has no API key in the set`,
          'create a key on its page API Access, then run difyctl backup',
        ] as const,
    ),
  ] as const)('%s', async (_, query, observed, next) => {
    const { result, calls } = await run(new Error('not called'), query);
    expect(result).toEqual({
      ...{ id: 'workflow', app: APP, status: 'fail', observed, next },
      expected: `the workflow of app ${APP} succeeds`,
    });
    expect(calls).toEqual([]);
  });
});

describe('a workflow fails if', () => {
  test.each([
    ['a node fails', ended({ status: 'failed', error: 'no\nroute' }), `app ${APP} ended as failed: no route`, OUTSIDE],
    [
      'a node failed and had a default',
      ended({ status: 'partial-succeeded' }),
      `app ${APP} ended as partial-succeeded`,
      OUTSIDE,
    ],
    [
      'the key is refused',
      answered({ code: 'unauthorized', message: 'Access token is invalid', status: 401 }, 401),
      'Dify answered 401: Access token is invalid',
      `run app ${APP} with the same inputs in the installation, and correct recovery.drills.workflow or the app`,
    ],
    [
      'the answer is no JSON',
      answered('<html>', 502),
      'Dify answered 502',
      `run app ${APP} with the same inputs in the installation, and correct recovery.drills.workflow or the app`,
    ],
    [
      'the time is over',
      answered('', 0, 28),
      `app ${APP} did not answer within 1m`,
      `set recovery.drills.workflow.timeout to more than it needs, or ${OUTSIDE}`,
    ],
    [
      'the api refuses the connection',
      answered('', 0, 7),
      'the api closed the connection or refused it (curl ended with 7)',
      'difyctl drill --full',
    ],
  ])('%s', async (_, output, observed, next) => {
    expect((await run(output)).result).toMatchObject({ status: 'fail', observed, next });
  });
});

test('a command that cannot run in the api is unknown, which fails the drill too', async () => {
  const { result } = await run(new ExternalError('docker ended with code 1'));
  expect(result).toMatchObject({ status: 'unknown', observed: 'could not be run: docker ended with code 1' });
});
