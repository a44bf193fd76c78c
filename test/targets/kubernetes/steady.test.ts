import { expect, test } from 'vitest';
import type { PodView } from '../../../src/targets/kubernetes/pods.ts';
import { HOLD_MS, type Steadiness, steadinessAfter, unsteady } from '../../../src/targets/kubernetes/steady.ts';
import type { WorkloadView } from '../../../src/targets/kubernetes/workloads.ts';

/** One look: the restarts of each pod, and whether all of them are ready. */
interface Look {
  readonly at: number;
  readonly settled: boolean;
  readonly restarts: Readonly<Record<string, number>>;
}

function view({ settled, restarts }: Look): WorkloadView {
  const pods = Object.entries(restarts).map(
    ([name, count]): PodView => ({
      ...{ name, node: 'n1', labels: {}, holdup: undefined },
      ...{ ready: settled, restarts: count },
    }),
  );
  const counts = { desired: pods.length, ready: settled ? pods.length : 0 };
  return { kind: 'Deployment', name: 'dify-api', label: 'api', settled, complaint: '', pods, ...counts };
}

/** Whether the workload counts as ready at each look. */
function readyAt(looks: readonly Look[]): readonly boolean[] {
  let steadiness: Steadiness | undefined;
  return looks.map((look) => {
    const views = [view(look)];
    steadiness = steadinessAfter(steadiness, views, look.at);
    return look.settled && unsteady(views, steadiness, look.at).length === 0;
  });
}

const look = (at: number, settled: boolean, restarts: Look['restarts']): Look => ({ at, settled, restarts });

test.each<readonly [title: string, looks: readonly Look[], ready: readonly boolean[]]>([
  ['no restart: at once', [look(0, false, { a: 0 }), look(1_000, true, { a: 0 })], [false, true]],
  ['restarts from before the wait: at once', [look(0, true, { a: 7 }), look(1_000, true, { a: 7 })], [true, true]],
  [
    'a restart during the wait: after it stayed ready',
    [
      look(0, false, { a: 0 }),
      look(1_000, true, { a: 1 }),
      look(HOLD_MS, true, { a: 1 }),
      look(HOLD_MS + 1_000, true, { a: 1 }),
    ],
    [false, false, false, true],
  ],
  [
    'ready between two failures: never',
    [look(0, false, { a: 0 }), look(1_000, true, { a: 1 }), look(9_000, false, { a: 1 }), look(12_000, true, { a: 2 })],
    [false, false, false, false],
  ],
  [
    'ready again after it was not: from then on',
    [
      look(0, false, { a: 0 }),
      look(1_000, true, { a: 1 }),
      look(5_000, false, { a: 1 }),
      look(6_000, true, { a: 1 }),
      look(5_999 + HOLD_MS, true, { a: 1 }),
      look(6_000 + HOLD_MS, true, { a: 1 }),
    ],
    [false, false, false, false, false, true],
  ],
  [
    'a pod that is new and restarted before the first look at it',
    [look(0, false, { a: 0 }), look(1_000, true, { b: 2 }), look(1_000 + HOLD_MS, true, { b: 2 })],
    [false, false, true],
  ],
  [
    'a pod that restarted and that a roll-out has replaced: at once',
    [look(0, false, { a: 6 }), look(1_000, false, { a: 7, b: 0 }), look(2_000, true, { b: 0 })],
    [false, false, true],
  ],
])('%s', (_title, looks, ready) => {
  expect(readyAt(looks)).toEqual(ready);
});
