import { expect, it } from 'vitest';
import { STORAGE_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { tryClaims } from '../../../src/evidence/cluster/shared-claims.ts';
import type { EvidenceKey, Need } from '../../../src/evidence/evidence.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { collectContext } from '../../support/check-runs.ts';
import { claim, rendered } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';

type Times = Partial<Record<'lastTimestamp' | 'eventTime', string>>;

/** An event of the object with the trial's name and this suffix. */
interface EventOf extends Times {
  readonly suffix: string;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
  readonly lastObserved?: string;
}

/** An API server where no claim is bound, and which selects events by name as the real one does. */
function clusterWith(events: readonly EventOf[]): Runner {
  let trial = '';
  const itemOf = ({ suffix, lastObserved, ...event }: EventOf) => ({
    ...event,
    involvedObject: { name: `${trial}${suffix}` },
    ...(lastObserved === undefined ? {} : { series: { lastObservedTime: lastObserved } }),
  });
  const answer = (path: string): object => {
    if (path.includes('/storageclasses/')) return { volumeBindingMode: 'WaitForFirstConsumer' };
    if (!path.includes('/events')) return { status: { phase: 'Pending' } };
    const selected = new URL(path, 'http://api').searchParams.get('fieldSelector')?.split('=')[1];
    const others = { message: 'of another claim', type: 'Warning', lastTimestamp: '2026-11-22T13:00:00Z' };
    const items = [...events.map(itemOf), { ...others, involvedObject: { name: 'data' } }];
    return { items: items.filter(({ involvedObject: { name } }) => selected === undefined || selected === name) };
  };
  return {
    run: async (_, args, { input = '', onStdout } = {}) => {
      if (args.includes('--raw')) onStdout?.(Buffer.from(JSON.stringify(answer(args.at(-1) ?? ''))));
      trial = /difyctl-claim-[0-9a-f]+/.exec(input)?.[0] ?? trial;
      return { exitCode: 0, stdout: 'true\n'.repeat(input.split('SelfSubjectAccessReview"').length - 1), stderr: '' };
    },
  };
}

async function whyUnbound(events: readonly EventOf[]): Promise<string | undefined> {
  const known: Readonly<Record<string, unknown>> = {
    [RENDERED_OBJECTS.name]: rendered({ claims: [claim('dify', { accessModes: ['ReadWriteMany'] })] }),
    [STORAGE_CLASSES.name]: [{ name: 'standard', provisioner: 'rancher.io/local-path', isDefault: true }],
  };
  const need: Need = async <T>({ name }: EvidenceKey<T>) => known[name] as T;
  const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
  const [trial] = await tryClaims(collectContext({ deployment, deep: true, runner: clusterWith(events) }), need, 0);
  return trial?.why;
}

const waiting = { suffix: '', type: 'Normal', message: 'waiting for its pod' } as const;
const refused = { suffix: '', type: 'Warning', message: 'the mode is not supported' } as const;
const noNode = { suffix: '-x7k2p', type: 'Warning', message: 'no node has room' } as const;

it.each<[string, readonly EventOf[], string]>([
  ['no event', [], 'no event gives a reason'],
  ['an event of the claim', [{ ...waiting, lastTimestamp: '2026-11-22T12:00:00Z' }], waiting.message],
  ["an event of the Job's pod", [{ ...noNode, eventTime: '2026-11-22T12:00:00.000001Z' }], noNode.message],
  [
    'two warnings, the newest listed first',
    [
      { ...noNode, eventTime: '2026-11-22T12:00:09.500000Z' },
      { ...refused, lastTimestamp: '2026-11-22T12:00:09Z' },
    ],
    noNode.message,
  ],
  [
    'a series, by when it was last observed',
    [
      { ...refused, eventTime: '2026-11-22T11:00:00.000000Z', lastObserved: '2026-11-22T12:00:10.000000Z' },
      { ...noNode, lastTimestamp: '2026-11-22T12:00:09Z' },
    ],
    refused.message,
  ],
  [
    'a warning and a newer event that repeats',
    [
      { ...refused, lastTimestamp: '2026-11-22T12:00:00Z' },
      { ...waiting, lastTimestamp: '2026-11-22T12:00:30Z' },
    ],
    refused.message,
  ],
])('a claim that is not bound: %s', async (_, events, why) => {
  expect(await whyUnbound(events)).toBe(why);
});
