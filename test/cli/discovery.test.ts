import { describe, expect, test } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { Discovery } from '../../src/cli/input/discovery.ts';
import type { Runner } from '../../src/exec/runner.ts';

const CONFIG = { 'current-context': 'b', contexts: [{ name: 'a' }, { name: 'b' }] };

/** Programs that answer by their first arguments; a program that is not listed does not exist. */
function runner(answers: Readonly<Record<string, string>>, calls: string[] = []): Runner {
  return {
    run: async (program, args) => {
      const line = [program, ...args].join(' ');
      calls.push(line);
      const found = Object.entries(answers).find(([words]) => line.includes(words));
      if (found === undefined) throw new ExternalError(`${program} was not found on PATH`);
      return { exitCode: 0, stdout: found[1], stderr: '' };
    },
  };
}

function discovery(answers: Readonly<Record<string, string>>, calls?: string[]): Discovery {
  return new Discovery(runner(answers, calls), undefined, new AbortController().signal);
}

describe('discovery', () => {
  test('finds contexts, the current one first, with facts of its cluster, and the engine', async () => {
    const found = discovery({
      'config view': JSON.stringify(CONFIG),
      'get nodes': 'v1.34.2 eu-1a\nv1.34.2 eu-1b\nv1.34.2 eu-1b\n',
      'get ingressclasses': 'nginx traefik',
      'get storageclasses': 'fast efs.csi.aws.com \nstandard rancher.io/local-path true\n',
      'docker info': JSON.stringify({ ServerVersion: '27.3.1', NCPU: 8, MemTotal: 33_285_996_544 }),
    });
    await found.lookAround();
    expect(found.found).toEqual({
      contexts: [
        {
          name: 'b',
          current: true,
          cluster: {
            summary: 'v1.34.2, 3 nodes, 2 zones',
            ingressClasses: ['nginx', 'traefik'],
            storageClasses: [
              { name: 'standard', provisioner: 'rancher.io/local-path', isDefault: true },
              { name: 'fast', provisioner: 'efs.csi.aws.com', isDefault: false },
            ],
          },
        },
        { name: 'a', current: false },
      ],
      docker: 'engine 27.3.1, 8 CPU, 31 GiB',
    });
  });

  test('finds nothing without a program, a cluster or an engine, or if their output is unreadable', async () => {
    const nothing = discovery({});
    await nothing.lookAround();
    expect(nothing.found).toEqual({ contexts: [] });
    const noise = discovery({ 'config view': 'no JSON', 'docker info': '{"ServerErrors":["cannot connect"]}' });
    await noise.lookAround();
    expect(noise.found).toEqual({ contexts: [] });
    const unreachable = discovery({ 'config view': JSON.stringify(CONFIG) });
    await unreachable.lookAround();
    expect(unreachable.found.contexts).toEqual([
      { name: 'b', current: true },
      { name: 'a', current: false },
    ]);
  });

  test('queries a cluster once', async () => {
    const calls: string[] = [];
    const found = discovery({ 'config view': JSON.stringify(CONFIG), 'get nodes': 'v1.34.2 \n' }, calls);
    await found.lookAround();
    await found.lookAtCluster('b');
    expect(calls.filter((call) => call.includes('get nodes'))).toHaveLength(1);
    expect(found.found.contexts[0]?.cluster?.summary).toBe('v1.34.2, 1 node');
  });
});
