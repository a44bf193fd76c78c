import { describe, expect, it } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { at } from '../../src/base/json-path.ts';
import { KubectlError, kubectl } from '../../src/exec/kubectl.ts';
import type { Runner, RunOptions } from '../../src/exec/runner.ts';

type Answer = string | readonly string[];

/** A runner that answers in order: text is standard output, a list is the standard error of a failure. */
function answering(answers: readonly Answer[]) {
  const calls: { readonly args: readonly string[]; readonly input: string | undefined }[] = [];
  const rest = [...answers];
  const runner: Runner = {
    run: async (program: string, args: readonly string[], options: RunOptions = {}) => {
      calls.push({ args: [program, ...args], input: options.input });
      const answer = rest.shift() ?? '';
      if (typeof answer === 'string') {
        options.onStdout?.(Buffer.from(answer));
        return { exitCode: 0, stdout: options.onStdout === undefined ? answer : '', stderr: '' };
      }
      throw new ExternalError('kubectl ended with exit code 1', { command: 'kubectl', stderr: answer });
    },
  };
  return { calls, cluster: kubectl(runner, ['--context', 'prod-eu']) };
}

const page = (items: readonly number[], next = '') =>
  JSON.stringify({ kind: 'List', items: items.map((n) => ({ n })), metadata: { continue: next } });
const EXPIRED = ['Error from server (Expired): The provided continue parameter is too old'];
const all = (item: unknown) => at(item, 'n');

describe('a list', () => {
  it('is read page by page, and only the requested fields are kept', async () => {
    const { cluster, calls } = answering([page([1, 2], 'a/b+c'), page([3])]);
    const odd = (item: unknown) => (Number(all(item)) % 2 === 0 ? undefined : all(item));
    expect(await cluster.list('/api/v1/nodes', odd)).toEqual([1, 3]);
    expect(calls.map(({ args }) => args.join(' '))).toEqual([
      'kubectl --context prod-eu get --raw /api/v1/nodes?limit=10000',
      'kubectl --context prod-eu get --raw /api/v1/nodes?limit=10000&continue=a%2Fb%2Bc',
    ]);
  });

  it('keeps a query of its own', async () => {
    const { cluster, calls } = answering([page([])]);
    await cluster.list('/api/v1/pods?fieldSelector=x', all);
    expect(calls[0]?.args.at(-1)).toBe('/api/v1/pods?fieldSelector=x&limit=10000');
  });

  it('is started again if the server forgot the token', async () => {
    const { cluster } = answering([page([1], 'x'), EXPIRED, page([7], 'y'), page([8])]);
    expect(await cluster.list('/api/v1/nodes', all)).toEqual([7, 8]);
  });

  it('ends with an error if the token expires each time', async () => {
    const answers = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? page([1], 'x') : EXPIRED));
    await expect(answering(answers).cluster.list('/api/v1/nodes', all)).rejects.toMatchObject({ reason: 'expired' });
  });
});

it.each([
  ['Error from server (Forbidden): nodes is forbidden: User "x" cannot list resource "nodes"', 'forbidden'],
  ['error: You must be logged in to the server (Unauthorized)', 'unauthorized'],
  ['Unable to connect to the server: getting credentials: exec: executable aws not found', 'unauthorized'],
  ['Unable to connect to the server: dial tcp: lookup x.invalid: no such host', 'unreachable'],
  ['The connection to the server localhost:8080 was refused - did you specify the right host or port?', 'unreachable'],
  ['Unable to connect to the server: tls: failed to verify certificate: x509: unknown authority', 'unreachable'],
  ['Error from server (NotFound): namespaces "dify" not found', 'not-found'],
  ['error: context "prod-eu" does not exist', 'no-context'],
  ['something else', 'other'],
])('%s is %s', async (stderr, reason) => {
  const failure = await answering([[stderr]])
    .cluster.get('/version')
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(KubectlError);
  expect(failure).toMatchObject({ reason, message: stderr });
});

describe('access reviews', () => {
  const question = { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'dify' };
  const clusterWide = { verb: 'create', group: '', resource: 'namespaces', namespace: '' };

  it('are sent in one call and answered in order', async () => {
    const { cluster, calls } = answering(['true\nfalse\n']);
    expect(await cluster.mayI([question, clusterWide])).toEqual([true, false]);
    const documents = (calls[0]?.input ?? '')
      .trimEnd()
      .split('\n')
      .map((text): unknown => JSON.parse(text));
    expect(documents).toMatchObject([
      { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: question } },
      { spec: { resourceAttributes: { verb: 'create', group: '', resource: 'namespaces' } } },
    ]);
    expect(JSON.stringify(documents[1])).not.toContain('"namespace":');
  });

  it('that are not all answered are an error, never an approval', async () => {
    await expect(answering(['true\n']).cluster.mayI([question, question])).rejects.toThrow('did not answer');
  });

  it('of an empty list run no program', async () => {
    const { cluster, calls } = answering([]);
    expect(await cluster.mayI([])).toEqual([]);
    expect(calls).toEqual([]);
  });
});
