import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import type { ApiResource } from '../../src/exec/dry-run-question.ts';
import { kubectl } from '../../src/exec/kubectl.ts';
import { type DryRun, dryRun } from '../../src/exec/kubectl-dry-run.ts';
import type { Runner } from '../../src/exec/runner.ts';
import { sharedQuestions } from '../../src/exec/shared-questions.ts';

interface Seen {
  readonly request: string;
  readonly type: string;
  readonly body: unknown;
}
type Respond = (seen: Seen) => readonly [status: number, body: unknown];

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

/** A kubectl whose `proxy` answers with `respond`, or does not start without it. Other commands print `printed`. */
function serving(respond: Respond | undefined, printed = '') {
  const calls: string[] = [];
  const seen: Seen[] = [];
  const runner: Runner = {
    run: async (_, args, { onStdout, signal } = {}) => {
      calls.push(args.join(' '));
      const socket = args.find((arg) => arg.startsWith('--unix-socket='))?.split('=')[1];
      if (socket === undefined) return { exitCode: 0, stdout: printed, stderr: '' };
      if (respond === undefined) throw new ExternalError('kubectl ended with exit code 1');
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const one = {
            request: `${request.method} ${request.url}`,
            type: request.headers['content-type'] ?? '',
            body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
          };
          seen.push(one);
          const [status, body] = respond(one);
          response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
        });
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      onStdout?.(Buffer.from(`Starting to serve on ${socket}\n`));
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      throw new ExternalError('kubectl was ended');
    },
  };
  return { calls, seen, runner, questions: sharedQuestions(runner, []) };
}

const signal = new AbortController().signal;
const right = (verb: string) => ({ verb, group: '', resource: 'pods', namespace: 'dify' });

describe('access reviews of a run', () => {
  const mayI = (made: ReturnType<typeof serving>) =>
    kubectl(made.runner, [], undefined, made.questions.ask).mayI([right('get'), right('list')], signal);

  it('are asked through one kubectl proxy, which refuses to change and to delete', async () => {
    const made = serving(({ body }) => {
      const verb = (body as { spec: { resourceAttributes: { verb: string } } }).spec.resourceAttributes.verb;
      return [201, { kind: 'SelfSubjectAccessReview', status: { allowed: verb === 'list' } }];
    });
    expect(await mayI(made)).toEqual([false, true]);
    expect(new Set(made.seen.map(({ request, type }) => `${request} ${type}`))).toEqual(
      new Set(['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews application/json']),
    );
    expect(made.calls).toHaveLength(1);
    expect(made.calls[0]).toMatch(/^proxy --reject-methods=PUT,DELETE --unix-socket=\S+ --append-server-path$/);
    await made.questions.close();
  });

  it.each<[string, Respond | undefined]>([
    ['no proxy starts', undefined],
    ['the server refuses one', () => [403, { kind: 'Status', reason: 'Forbidden', message: 'no' }]],
    ['the server has too many requests', () => [429, { kind: 'Status', reason: 'TooManyRequests', message: 'wait' }]],
    ['the proxy reaches no server', () => [502, 'dial tcp 127.0.0.1:1: connect: connection refused']],
    ['something else answers', () => [200, '<html>']],
  ])('are asked by a kubectl process if %s', async (_, respond) => {
    const made = serving(respond, 'true\nfalse\n');
    expect(await mayI(made)).toEqual([true, false]);
    expect(made.calls.map((call) => call.split(' ')[0])).toEqual(['proxy', 'create']);
    await made.questions.close();
  });
});

describe('a dry run through the proxy of a run', () => {
  const api = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' } };
  const set = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'reader' } };
  const RESOURCES: Readonly<Record<string, ApiResource>> = {
    Deployment: { group: 'apps', resource: 'deployments', namespaced: true },
    ClusterRole: { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', namespaced: false },
  };
  const asked = (made: ReturnType<typeof serving>, how: Pick<DryRun, 'verb' | 'strict'>, objects = [api, set]) =>
    dryRun(made.runner, [], {
      ...{ ...how, namespace: 'dify', objects, ask: made.questions.ask, signal, timeoutMs: 1_000 },
      resourceOf: (_, kind) => RESOURCES[kind],
    });

  it('creates like kubectl, and stores nothing', async () => {
    const made = serving(({ body }) => [201, body]);
    expect(await asked(made, { verb: 'create', strict: true })).toEqual(['taken', 'taken']);
    const query = 'dryRun=All&fieldValidation=Strict&fieldManager=kubectl-create';
    expect(made.seen).toEqual([
      {
        request: `POST /apis/apps/v1/namespaces/dify/deployments?${query}`,
        type: 'application/json',
        body: { ...api, metadata: { name: 'api', namespace: 'dify' } },
      },
      {
        request: `POST /apis/rbac.authorization.k8s.io/v1/clusterroles?${query}`,
        type: 'application/json',
        body: set,
      },
    ]);
    await made.questions.close();
  });

  it('applies like helm, and stores nothing', async () => {
    const made = serving(({ body }) => [200, body]);
    expect(await asked(made, { verb: 'apply', strict: false }, [api])).toEqual(['taken']);
    const query = 'dryRun=All&fieldValidation=Ignore&fieldManager=helm&force=true';
    expect(made.seen.map(({ request, type }) => `${request} ${type}`)).toEqual([
      `PATCH /apis/apps/v1/namespaces/dify/deployments/api?${query} application/apply-patch+yaml`,
    ]);
    await made.questions.close();
  });

  const invalid = (causes: readonly object[]) => ({
    ...{ kind: 'Status', reason: 'Invalid', message: 'Deployment.apps "api" is invalid: …' },
    details: { name: 'api', group: 'apps', kind: 'Deployment', causes },
  });
  const cause = (field: string) => ({ field, message: 'Required value' });

  it.each<[string, number, unknown, unknown]>([
    [
      'a refusal',
      403,
      { kind: 'Status', reason: 'Forbidden', message: 'deployments.apps "api" is forbidden: no' },
      { reason: 'Forbidden', text: 'deployments.apps "api" is forbidden: no' },
    ],
    [
      'a webhook without a reason',
      400,
      { kind: 'Status', message: 'admission webhook "a.b" denied the request: one\n- two' },
      { reason: '', text: 'admission webhook "a.b" denied the request: one\n- two' },
    ],
    [
      'one invalid field',
      422,
      invalid([cause('spec.selector')]),
      { reason: 'Invalid', text: 'The Deployment "api" is invalid: spec.selector: Required value' },
    ],
    [
      'two invalid fields, one of them twice',
      422,
      invalid([cause('spec.selector'), cause('spec.template'), cause('spec.selector')]),
      {
        reason: 'Invalid',
        text: 'The Deployment "api" is invalid: \n* spec.selector: Required value\n* spec.template: Required value',
      },
    ],
    [
      'an invalid object without causes',
      422,
      { kind: 'Status', reason: 'Invalid', message: 'it is invalid' },
      { reason: 'Invalid', text: 'it is invalid' },
    ],
  ])('has %s in the words of kubectl', async (_, status, body, answer) => {
    const made = serving(() => [status, body]);
    expect(await asked(made, { verb: 'create', strict: true }, [api])).toEqual([answer]);
    await made.questions.close();
  });

  it('is done by a kubectl process if the server does not accept the login', async () => {
    const made = serving(
      () => [401, { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' }],
      'deployment.apps/api\nclusterrole.rbac.authorization.k8s.io/reader\n',
    );
    expect(await asked(made, { verb: 'create', strict: true })).toEqual(['taken', 'taken']);
    expect(made.calls.map((call) => call.split(' ')[0])).toEqual(['proxy', 'create']);
    await made.questions.close();
  });
});
