import { expect, it } from 'vitest';
import { podState } from '../../src/jobs/pod-state.ts';

const IMAGE = 'langgenius/dify-api:1.16.1';

function pod(status: object): object {
  const spec = { nodeName: 'node-1', containers: [{ image: IMAGE }] };
  return { metadata: { name: 'relay-x' }, spec, status };
}
const waiting = (reason: string, message: string) => ({
  phase: 'Pending',
  containerStatuses: [{ state: { waiting: { reason, message } } }],
});
const condition = (type: string, status: string, message = '') => ({
  phase: 'Running',
  conditions: [{ type, status, message }],
});

it.each([
  ['ready', pod(condition('Ready', 'True')), 'ready', undefined],
  [
    'started and not listening yet',
    pod(condition('Ready', 'False')),
    'waiting',
    `its pod is not ready (image ${IMAGE})`,
  ],
  ['the first pull failed', pod(waiting('ErrImagePull', 'not found')), 'waiting', 'ErrImagePull, not found'],
  ['every pull failed', pod(waiting('ImagePullBackOff', 'not found')), 'terminal', `its image ${IMAGE} does not start`],
  ['no such pull secret', pod(waiting('CreateContainerConfigError', 'x')), 'terminal', 'CreateContainerConfigError, x'],
  [
    'no room',
    pod({ ...condition('PodScheduled', 'False', '0/3 nodes are available'), phase: 'Pending' }),
    'waiting',
    'no node can run its pod: 0/3 nodes are available',
  ],
  [
    'no Python in the image',
    pod({ phase: 'Failed', containerStatuses: [{ state: { terminated: { reason: 'Error', exitCode: 127 } } }] }),
    'terminal',
    'its pod ended: Error, exit code 127',
  ],
  ['evicted', pod({ phase: 'Failed', reason: 'Evicted', message: 'low on disk' }), 'terminal', 'Evicted, low on disk'],
  ['no pod yet', undefined, 'waiting', 'its pod does not exist yet'],
])('a pod: %s', (_, seen, is, why) => {
  const state = podState(seen, []);
  expect(state.is).toBe(is);
  if (why !== undefined) expect(state).toMatchObject({ why: expect.stringContaining(why) });
});

it('a refused pod is found in the events of its Job', () => {
  const events = [
    { reason: 'SuccessfulCreate', message: '' },
    { reason: 'FailedCreate', message: 'pods "x" is forbidden: violates PodSecurity' },
  ];
  expect(podState(undefined, events)).toEqual({
    is: 'terminal',
    why: 'its pod is refused: pods "x" is forbidden: violates PodSecurity',
  });
});
