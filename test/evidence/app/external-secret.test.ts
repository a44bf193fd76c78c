import { expect, test } from 'vitest';
import { readiness } from '../../../src/evidence/app/external-secret.ts';

const object = (status: object | undefined, generation = 1) => ({
  metadata: { generation },
  ...(status && { status }),
});
const ready = (status: string, more: object = {}) => ({ conditions: [{ type: 'Ready', status, ...more }] });

test.each([
  ['new', object(undefined), { isReady: false, why: 'the operator has not reported a state' }],
  ['ready', object({ ...ready('True'), syncedResourceVersion: '1-abc' }), { isReady: true }],
  ['ready, of an operator that records no version', object(ready('True')), { isReady: true }],
  [
    'ready before it was changed',
    object({ ...ready('True'), syncedResourceVersion: '1-abc' }, 2),
    { isReady: false, why: 'the operator has not read the change yet' },
  ],
  [
    'failed',
    object(ready('False', { reason: 'SecretSyncedError', message: 'could not get secret data from provider' })),
    { isReady: false, why: 'SecretSyncedError: could not get secret data from provider' },
  ],
  [
    'failed with control characters',
    object(ready('False', { reason: 'SecretSyncedError', message: 'denied\u001b[2J\n\u202eby\u0007 the store' })),
    { isReady: false, why: 'SecretSyncedError: denied by the store' },
  ],
  ['failed without a reason', object(ready('False')), { isReady: false, why: 'the operator reports it as not ready' }],
])('an ExternalSecret that is %s', (_, given, expected) => {
  expect(readiness(given)).toEqual(expected);
});
