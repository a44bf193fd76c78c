import { expect, test } from 'vitest';
import { nextStep } from '../../src/cli/status.ts';
import type { Revision } from '../../src/state/revisions/revision.ts';
import type { LiveRelease } from '../../src/targets/target.ts';

const release = (over: Partial<LiveRelease> = {}): LiveRelease => ({
  exists: true,
  status: 'deployed',
  revision: 1,
  workloads: [],
  ...over,
});
const late = { name: 'dify-api', desired: 3, ready: 2, restarts: 5, detail: '', simulated: false };
const revision = (outcome: Revision['outcome']) => ({ outcome }) as Revision;

test.each([
  ['nothing there', release({ exists: false }), undefined, 'difyctl install'],
  ['a helm that was killed', release({ status: 'pending-upgrade' }), undefined, 'difyctl install takes over'],
  ['a workload that is late', release({ workloads: [late] }), revision('applied'), 'dify-api'],
  ['a run that was cut short', release(), revision('interrupted'), 'difyctl install goes on'],
  ['all well', release(), revision('applied'), 'difyctl plan'],
])('%s', (_, live, newest, next) => {
  expect(nextStep(live, newest)).toContain(next);
});
