import { expect, test } from 'vitest';
import { ExternalError } from '../../../src/base/errors.ts';
import type { Docker } from '../../../src/exec/docker.ts';
import type { Connection } from '../../../src/targets/compose/connection.ts';
import { down } from '../../../src/targets/compose/up.ts';

const BUSY = ' Network dify_default Error response from daemon: network dify_default id f7c1 has active endpoints';

/** A docker whose `compose down` fails with each of the lines in turn, then succeeds. */
function scripted(failures: readonly string[]): { readonly docker: Docker; readonly calls: string[][] } {
  const left = [...failures];
  const calls: string[][] = [];
  const refuse = (): Promise<string> => Promise.reject(new Error('not a call of down'));
  const composeLive: Docker['composeLive'] = async (_project, args) => {
    calls.push([...args]);
    const line = left.shift();
    if (line === undefined) return '';
    throw new ExternalError('docker ended with exit code 1', { stderr: [line] });
  };
  return { docker: { run: refuse, compose: refuse, composeDraft: refuse, composeLive }, calls };
}

const DOWN = ['down', '--remove-orphans'];

async function removed(
  failures: readonly string[],
): Promise<{ readonly calls: string[][]; readonly pauses: number[] }> {
  const { docker, calls } = scripted(failures);
  const pauses: number[] = [];
  const connection = { docker, project: { name: 'dify', directory: '/nowhere' } } as unknown as Connection;
  const options = {
    ...{ timeoutMs: 1_000, signal: new AbortController().signal },
    ...{ onProgress: () => undefined, onChild: () => undefined },
  };
  await down(connection, options, async (ms) => pauses.push(ms));
  return { calls, pauses };
}

test('a network that still has addresses of removed containers is removed again', async () => {
  expect(await removed([BUSY, BUSY])).toEqual({ calls: [DOWN, DOWN, DOWN], pauses: [500, 1_000] });
});

test('a removal that succeeds runs once', async () => {
  expect(await removed([])).toEqual({ calls: [DOWN], pauses: [] });
});

test('a network that keeps its addresses fails after four more attempts', async () => {
  await expect(removed([BUSY, BUSY, BUSY, BUSY, BUSY])).rejects.toThrow('docker ended with exit code 1');
});

test('any other failure is not repeated', async () => {
  await expect(removed(['Error response from daemon: permission denied'])).rejects.toThrow('exit code 1');
});
