import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { insideRequests } from '../../../../src/evidence/app/inside/answers.ts';
import { CONNECTIONS_PROGRAM, parseConnections } from '../../../../src/evidence/app/inside/connections.ts';
import { digestScript, keyFacts, parseDigests } from '../../../../src/evidence/app/inside/keys.ts';
import { parseAnswers, requestScript } from '../../../../src/evidence/app/inside/requests.ts';
import { parseSchema } from '../../../../src/evidence/app/inside/schema.ts';
import { parseQueues } from '../../../../src/evidence/app/inside/workers.ts';
import { parsedDeployment, urls } from '../../../support/deployments.ts';

describe('revisions of the database schema', () => {
  const rows = [
    [
      'the current revision is the head',
      '1c9ba48be8e4 (head)\ndifyctl-heads\n1c9ba48be8e4 (head)\n',
      ['1c9ba48be8e4'],
      ['1c9ba48be8e4'],
    ],
    ['an older revision', '00bacef91f18\ndifyctl-heads\n1c9ba48be8e4 (head)\n', ['00bacef91f18'], ['1c9ba48be8e4']],
    ['no migration ran', 'difyctl-heads\n1c9ba48be8e4 (head)\n', [], ['1c9ba48be8e4']],
    [
      'two rows and two heads',
      '00bacef91f18 (head)\n1c9ba48be8e4 (head) (mergepoint)\ndifyctl-heads\n00bacef91f18 (head)\n1c9ba48be8e4 (head)\n',
      ['00bacef91f18', '1c9ba48be8e4'],
      ['00bacef91f18', '1c9ba48be8e4'],
    ],
    [
      'lines of the log are left out',
      '2026-11-29 10:00:00,123 INFO [app.py:52]  Loaded 3 extensions\n1c9ba48be8e4 (head)\ndifyctl-heads\nINFO done\n1c9ba48be8e4 (head)\n',
      ['1c9ba48be8e4'],
      ['1c9ba48be8e4'],
    ],
  ] as const;
  test.each(rows)('%s', (_title, output, current, heads) => {
    expect(parseSchema(output)).toEqual({ current, heads });
  });
});

test('reads the queues of each worker, and ignores exchanges', () => {
  const output = [
    '->  celery@worker-1: OK',
    "    * {'name': 'dataset', 'exchange': {'name': 'dataset', 'type': 'direct'}, 'routing_key': 'dataset'}",
    "    * {'name': 'mail', 'exchange': {'name': 'mail', 'type': 'direct'}, 'routing_key': 'mail'}",
    '->  celery@worker-2: OK',
    '        - empty -',
    '',
    '2 nodes online.',
  ].join('\n');
  expect(parseQueues(output)).toEqual([
    { name: 'celery@worker-1', queues: ['dataset', 'mail'] },
    { name: 'celery@worker-2', queues: [] },
  ]);
});

describe('the script of requests', () => {
  const deployment = parsedDeployment({
    apiVersion: 'difyctl/v1',
    tier: 'test',
    target: { type: 'kubernetes' },
    urls: urls('http://dify.example.test'),
  });

  test('separates answers by name, and keeps only the beginning of a body', () => {
    const output = `{"status":"ok"}\ndifyctl-answer one 200 000 0\n${'x'.repeat(500)}\ndifyctl-answer two 403 000 0\n\ndifyctl-answer three 000 403 56\n`;
    expect(parseAnswers(output)).toEqual({
      one: { status: 200, connect: undefined, exitCode: 0, body: '{"status":"ok"}' },
      two: { status: 403, connect: undefined, exitCode: 0, body: `${'x'.repeat(399)}…` },
      three: { status: undefined, connect: 403, exitCode: 56, body: '' },
    });
  });

  test('a shell runs it, and each request has a result although no server exists', async () => {
    const requests = insideRequests(deployment);
    const env = {
      CODE_EXECUTION_ENDPOINT: 'http://127.0.0.1:9',
      CODE_EXECUTION_API_KEY: 'secret-key-of-the-sandbox',
      PLUGIN_DAEMON_URL: 'http://127.0.0.1:9',
      PLUGIN_DAEMON_KEY: 'secret-key-of-the-daemon',
      SSRF_PROXY_HTTP_URL: 'http://127.0.0.1:9',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: '9',
    };
    const { stdout } = await execa('sh', ['-c', `${requestScript(requests)}\ntrue`], { env, stripFinalNewline: false });
    const refused = { status: undefined, connect: undefined, exitCode: 7, body: '' };
    expect(parseAnswers(stdout)).toEqual(Object.fromEntries(requests.map(({ name }) => [name, refused])));
  });

  test('a key is never an argument of a program', () => {
    const lines = requestScript(insideRequests(deployment)).split('\n');
    expect(lines.filter((line) => line.split('| curl')[1]?.includes('_KEY'))).toEqual([]);
  });
});

describe('shared keys', () => {
  test('the script prints a digest of each variable that is set, and no value', async () => {
    const script = digestScript(['SERVER_KEY', 'DIFY_INNER_API_KEY', 'NOT_SET'], 'salt');
    const env = { SERVER_KEY: 'planted $value "1"', DIFY_INNER_API_KEY: 'planted $value "1"' };
    const { stdout } = await execa('sh', ['-c', script], { env });
    expect(stdout).not.toContain('planted');
    const digests = parseDigests(stdout);
    expect(Object.keys(digests)).toEqual(['SERVER_KEY', 'DIFY_INNER_API_KEY']);
    expect(digests.SERVER_KEY).toMatch(/^[0-9a-f]{64}$/);
    expect(digests.SERVER_KEY).toBe(digests.DIFY_INNER_API_KEY);
  });

  test('equal digests have equal numbers in every process, and a component without an answer is left out', () => {
    const answers = (...seen: readonly Readonly<Record<string, string>>[]) =>
      seen.map((one, index) => ({ host: `h${index + 1}`, seen: one }));
    const facts = keyFacts(
      [
        ['api', 'A'],
        ['worker', 'A'],
        ['pluginDaemon', 'B'],
        ['agentBackend', 'C'],
        ['beat', 'A'],
      ],
      new Map([
        ['api', answers({ A: '11' })],
        ['worker', answers({ A: '11' }, { A: '22' })],
        ['pluginDaemon', answers({ B: '11' })],
        ['beat', answers({})],
        ['agentBackend', []],
      ]),
    );
    expect(facts.map(({ component, host, value }) => [component, host, value])).toEqual([
      ['api', 'h1', 0],
      ['worker', 'h1', 0],
      ['worker', 'h2', 1],
      ['pluginDaemon', 'h1', 0],
      ['beat', 'h1', undefined],
    ]);
  });
});

describe('connections in use', () => {
  test.each([
    ['difyctl-connections 12 100 3\n', { used: 12, limit: 100, reserved: 3 }],
    ['a line of a log\ndifyctl-connections full\n', { used: undefined, limit: undefined, reserved: 0 }],
  ])('%j', (output, fact) => {
    expect(parseConnections(output)).toEqual(fact);
  });

  test('an output without the line is no evidence', () => {
    expect(() => parseConnections('Traceback')).toThrow('the number of connections, which the api did not print');
  });

  test('the program is valid Python', async () => {
    const check = 'import ast, sys; ast.parse(sys.stdin.read())';
    await expect(execa('python3', ['-c', check], { input: CONNECTIONS_PROGRAM })).resolves.toMatchObject({
      exitCode: 0,
    });
  });
});
