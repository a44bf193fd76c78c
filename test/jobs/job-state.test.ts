import { expect, test } from 'vitest';
import { jobState } from '../../src/jobs/job-state.ts';

const job = (...conditions: readonly object[]) => ({ status: { conditions } });

test.each<[string, unknown, unknown]>([
  ['does not exist', undefined, { is: 'absent' }],
  ['has just been created', {}, { is: 'active' }],
  ['is suspended', job({ type: 'Suspended', status: 'True' }), { is: 'active' }],
  ['will complete', job({ type: 'SuccessCriteriaMet', status: 'True' }), { is: 'active' }],
  ['completed', job({ type: 'Complete', status: 'True' }), { is: 'complete' }],
  ['did not fail', job({ type: 'Failed', status: 'False' }), { is: 'active' }],
  [
    'failed',
    job({ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message: 'Job was active too long' }),
    { is: 'failed', why: 'Job was active too long' },
  ],
  ['failed without words', job({ type: 'Failed', status: 'True', reason: 'Gone' }), { is: 'failed', why: 'Gone' }],
])('a Job that %s', (_, given, state) => {
  expect(jobState(given)).toEqual(state);
});
