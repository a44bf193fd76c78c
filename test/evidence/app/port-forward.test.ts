import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ExternalError, Interrupted } from '../../../src/base/errors.ts';
import { withPortForward } from '../../../src/evidence/app/port-forward.ts';
import type { Kubectl } from '../../../src/exec/kubectl.ts';

const { signal } = new AbortController();

/** A kubectl whose port-forward is a listener, until it is ended. */
function forwarder(): { readonly kubectl: Kubectl; readonly calls: string[][]; ended: boolean } {
  const state = { calls: [] as string[][], ended: false };
  const run: Kubectl['run'] = (args, options = {}) => {
    state.calls.push([...args]);
    const local = Number(args[4]?.split(':')[0]);
    return new Promise((_resolve, reject) => {
      const server = createServer((socket) => socket.end());
      server.listen(local, '127.0.0.1');
      options.signal?.addEventListener('abort', () => {
        state.ended = true;
        server.close(() => reject(new Interrupted()));
      });
    });
  };
  return Object.assign(state, { kubectl: { run } as Kubectl });
}

const options = { namespace: 'dify', target: 'pod/dify-proxy-1', port: 8080, signal };

describe('withPortForward', () => {
  test('gives a local port while it is used, and ends with it', async () => {
    const forward = forwarder();
    const used = await withPortForward(forward.kubectl, options, async (port) => {
      expect(forward.ended).toBe(false);
      return port;
    });
    expect(forward.calls).toEqual([
      ['port-forward', '-n', 'dify', 'pod/dify-proxy-1', `${used}:8080`, '--address', '127.0.0.1'],
    ]);
    expect(forward.ended).toBe(true);
  });

  test('ends when its use fails', async () => {
    const forward = forwarder();
    const use = async () => {
      throw new Error('mine');
    };
    await expect(withPortForward(forward.kubectl, options, use)).rejects.toThrow('mine');
    expect(forward.ended).toBe(true);
  });

  test("fails with kubectl's own words", async () => {
    const run: Kubectl['run'] = async () => {
      throw new ExternalError('pods "x" is forbidden');
    };
    const use = async () => undefined;
    await expect(withPortForward({ run } as Kubectl, options, use)).rejects.toThrow('forbidden');
  });
});
