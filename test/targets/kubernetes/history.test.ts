import { describe, expect, test } from 'vitest';
import { effectiveRevision, lastDeployed, recoveryFor } from '../../../src/targets/kubernetes/history.ts';

const history = (...statuses: readonly string[]) =>
  statuses.map((status, index) => ({ revision: index + 1, status, chart: 'dify-0.38.0', updated: '' }));

describe('the action for a history', () => {
  test.each([
    ['no release', history(), { step: 'none' }, undefined],
    ['a good one', history('superseded', 'deployed'), { step: 'none' }, 2],
    ['a failed upgrade: helm takes another', history('deployed', 'failed'), { step: 'none' }, 2],
    ['a failed first install: helm takes another', history('failed'), { step: 'none' }, 1],
    [
      'a first install cut short',
      history('pending-install'),
      { step: 'uninstall', from: 'pending-install' },
      undefined,
    ],
    [
      'an upgrade cut short',
      history('superseded', 'deployed', 'pending-upgrade'),
      { step: 'rollback', to: 2, from: 'pending-upgrade' },
      2,
    ],
    [
      'a rollback cut short',
      history('superseded', 'deployed', 'pending-rollback'),
      { step: 'rollback', to: 2, from: 'pending-rollback' },
      2,
    ],
    [
      'an upgrade cut short after nothing good',
      history('failed', 'pending-upgrade'),
      { step: 'uninstall', from: 'pending-upgrade' },
      undefined,
    ],
    ['a removal cut short', history('uninstalling'), { step: 'uninstall', from: 'uninstalling' }, undefined],
    ['removed with its history kept', history('uninstalled'), { step: 'none' }, undefined],
  ] as const)('%s', (_, given, recovery, stands) => {
    expect(recoveryFor(given)).toEqual(recovery);
    expect(effectiveRevision(given)?.revision).toBe(stands);
  });
});

test('the last good revision is the newest with status deployed', () => {
  expect(lastDeployed(history('superseded', 'deployed', 'failed'))?.revision).toBe(2);
  expect(lastDeployed(history('failed'))).toBeUndefined();
});
