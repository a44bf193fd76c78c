import { expect, it } from 'vitest';
import { runningPod } from '../../src/exec/running-pod.ts';

interface Facts {
  readonly phase?: string;
  readonly ready?: boolean;
  readonly deleted?: boolean;
}

const pod = (name: string, { phase = 'Running', ready = true, deleted = false }: Facts = {}) => ({
  metadata: { name, ...(deleted ? { deletionTimestamp: '2026-11-30T10:00:00Z' } : {}) },
  status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

const choice = { namespace: 'dify', labels: 'component=api' };
const signal = new AbortController().signal;

async function chosen(...items: readonly object[]): Promise<string | undefined> {
  const calls: string[] = [];
  const run = async (args: readonly string[]) => {
    calls.push(args.join(' '));
    return JSON.stringify({ items });
  };
  const found = await runningPod({ run }, choice, signal);
  expect(calls).toEqual(['get pods -n dify -l component=api -o json']);
  return found;
}

it.each<[string, readonly object[], string | undefined]>([
  ['the first of Ready pods', [pod('a'), pod('b')], 'a'],
  ['a Ready pod before one that is not', [pod('a', { ready: false }), pod('b')], 'b'],
  [
    'a pod that is not Ready, if no pod is',
    [pod('a', { phase: 'Pending', ready: false }), pod('b', { ready: false })],
    'b',
  ],
  ['no pod that is being deleted, though it is Ready', [pod('a', { deleted: true }), pod('b', { ready: false })], 'b'],
  [
    'none of pods that ended or are being deleted',
    [pod('a', { phase: 'Succeeded' }), pod('b', { deleted: true })],
    undefined,
  ],
  ['none without pods', [], undefined],
])('a command runs in %s', async (_, pods, name) => {
  expect(await chosen(...pods)).toBe(name);
});
