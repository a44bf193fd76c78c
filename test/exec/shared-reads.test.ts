import { access } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { kubectl } from '../../src/exec/kubectl.ts';
import type { Runner } from '../../src/exec/runner.ts';
import { sharedReads } from '../../src/exec/shared-reads.ts';

type Answers = Readonly<Record<string, readonly [status: number, body: string]>>;

let servers: Server[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers) server.close();
  servers = [];
});

/**
 * A kubectl whose `proxy` gives these answers, or serves nothing if there are none. `get --raw` prints
 * `{"by":"process"}`.
 */
function serving(answers: Answers | undefined) {
  const calls: string[] = [];
  const killedWithParent: boolean[] = [];
  const runner: Runner = {
    run: async (_, args, { onStdout, signal, killWithParent } = {}) => {
      calls.push(args.join(' '));
      const socket = args.find((arg) => arg.startsWith('--unix-socket='))?.split('=')[1];
      if (socket === undefined) {
        onStdout?.(Buffer.from('{"by":"process"}'));
        return { exitCode: 0, stdout: '', stderr: '' };
      }
      if (answers === undefined)
        throw new ExternalError('kubectl ended with exit code 1', { stderr: ['unknown flag'] });
      killedWithParent.push(killWithParent === true);
      const server = createServer(({ url = '' }, response) => {
        const [status, body] = answers[url] ?? [404, '{"kind":"Status","reason":"NotFound","message":"not found"}'];
        response.writeHead(status).end(body);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      onStdout?.(Buffer.from(`Starting to serve on ${socket}\n`));
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      throw new ExternalError('kubectl was ended');
    },
  };
  const reads = sharedReads(runner, ['--context', 'prod-eu']);
  return { calls, killedWithParent, reads, cluster: kubectl(runner, ['--context', 'prod-eu'], reads.get) };
}

describe('reads of a run', () => {
  it('share one kubectl, which only reads and ends with them', async () => {
    const { cluster, calls, killedWithParent, reads } = serving({
      '/version': [200, '{"gitVersion":"v1.34.2"}'],
      '/api/v1/nodes?limit=10000': [200, '{"items":[{"n":1},{"n":2}],"metadata":{}}'],
    });
    expect(await cluster.get('/version')).toEqual({ gitVersion: 'v1.34.2' });
    expect(await cluster.list('/api/v1/nodes', (item) => item)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/^--context prod-eu proxy .*--reject-methods=POST,PUT,PATCH,DELETE/);
    expect(killedWithParent).toEqual([true]);
    await reads.close();
    const socket = /--unix-socket=(\S+)/.exec(calls[0] ?? '')?.[1] ?? '';
    await expect(access(socket)).rejects.toThrow();
  });

  it('may start before the first read, and again after the end', async () => {
    const { cluster, calls, reads } = serving({ '/version': [200, '{"gitVersion":"v1.34.2"}'] });
    reads.begin();
    await cluster.get('/version');
    expect(calls).toHaveLength(1);
    await reads.close();
    await reads.close();
    await cluster.get('/version');
    expect(calls).toHaveLength(2);
    await reads.close();
  });

  it.each<[string, readonly [number, string], string]>([
    ['a refusal', [403, '{"kind":"Status","reason":"Forbidden","message":"nodes is forbidden: no"}'], 'forbidden'],
    ['credentials', [401, '{"kind":"Status","reason":"Unauthorized","message":"Unauthorized"}'], 'unauthorized'],
    ['a forgotten token', [410, '{"kind":"Status","reason":"Expired","message":"too old"}'], 'expired'],
    ['nothing there', [404, '{"kind":"Status","reason":"NotFound","message":"x not found"}'], 'not-found'],
    ['no server', [500, 'dial tcp 127.0.0.1:1: connect: connection refused'], 'unreachable'],
    ['an exec plugin that fails', [500, 'getting credentials: exec: executable aws not found'], 'unauthorized'],
  ])('fail with the message of kubectl for %s', async (_, answer, reason) => {
    const { cluster, reads } = serving({ '/x': answer });
    await expect(cluster.get('/x')).rejects.toMatchObject({ reason });
    await reads.close();
  });

  it('are repeated by their own kubectl, which waits, if the server answers 500', async () => {
    const busy = '{"kind":"Status","reason":"InternalError","message":"an error on the server"}';
    const { cluster, calls, reads } = serving({ '/x': [500, busy] });
    expect(await cluster.get('/x')).toEqual({ by: 'process' });
    expect(calls.map((call) => call.split(' ')[2])).toEqual(['proxy', 'get']);
    await reads.close();
  });

  it('each use their own kubectl if no proxy can be started', async () => {
    const { cluster, calls, reads } = serving(undefined);
    expect(await cluster.get('/version')).toEqual({ by: 'process' });
    expect(await cluster.get('/version')).toEqual({ by: 'process' });
    expect(calls.map((call) => call.split(' ')[2])).toEqual(['proxy', 'get', 'get']);
    await reads.close();
  });

  it('end at once although kubectl does not serve yet', async () => {
    // No time passes: the wait for it never runs out.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const runner: Runner = {
      run: (_program, _args, { signal } = {}) =>
        new Promise((_resolve, reject) => {
          const end = () => reject(new ExternalError('kubectl was ended'));
          if (signal?.aborted === true) end();
          else signal?.addEventListener('abort', end, { once: true });
        }),
    };
    const reads = sharedReads(runner, []);
    reads.begin();
    await reads.close();
  });

  it('start no kubectl if there are none', async () => {
    const { calls, reads } = serving({});
    await reads.close();
    expect(calls).toEqual([]);
  });
});
