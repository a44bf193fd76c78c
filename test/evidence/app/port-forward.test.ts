import { describe, expect, test } from 'vitest';
import { ExternalError, Interrupted } from '../../../src/base/errors.ts';
import { withPortForward } from '../../../src/evidence/app/port-forward.ts';
import type { Kubectl } from '../../../src/exec/kubectl.ts';

const { signal } = new AbortController();

/** A kubectl whose port-forward says where it listens, in pieces, until it is ended. */
function forwarder(): {
  readonly kubectl: Kubectl;
  readonly calls: (readonly [readonly string[], killWithParent: true | undefined])[];
  ended: boolean;
} {
  const state = { calls: [] as (readonly [readonly string[], true | undefined])[], ended: false };
  const run: Kubectl['run'] = (args, options = {}) => {
    state.calls.push([args, options.killWithParent]);
    return new Promise((_resolve, reject) => {
      options.onStdout?.(Buffer.from('Forwarding from 127.0.'));
      options.onStdout?.(Buffer.from('0.1:40123 -> 8080\nHandling connection for 40123\n'));
      options.signal?.addEventListener('abort', () => {
        state.ended = true;
        reject(new Interrupted());
      });
    });
  };
  return Object.assign(state, { kubectl: { run } as Kubectl });
}

const options = { namespace: 'dify', target: 'pod/dify-proxy-1', port: 8080, signal };

describe('withPortForward', () => {
  test('gives the local port that kubectl chose, and ends after its use and with this process', async () => {
    const forward = forwarder();
    const used = await withPortForward(forward.kubectl, options, async (port) => {
      expect(forward.ended).toBe(false);
      return port;
    });
    expect(used).toBe(40123);
    expect(forward.calls).toEqual([
      [['port-forward', '-n', 'dify', 'pod/dify-proxy-1', ':8080', '--address', '127.0.0.1'], true],
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
