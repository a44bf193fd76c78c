import { expect, test } from 'vitest';
import { scheduleWords } from '../../src/cli/output/status-schedule.ts';

const NOW = new Date('2026-11-22T12:00:00Z');

test('each work has its last run', () => {
  expect(
    scheduleWords(
      [
        { name: 'backup', object: 'CronJob dify-backup', state: 'on', succeededAt: '2026-11-22T09:00:00Z' },
        { name: 'verify', object: 'CronJob dify-verify', state: 'on' },
        {
          name: 'prune',
          object: 'CronJob dify-prune',
          state: 'off',
          failed: { at: '2026-11-22T10:00:00Z', reason: 'no right' },
        },
        { name: 'drill', object: 'the CronJob of drill', state: 'missing' },
      ],
      NOW,
    ),
  ).toEqual([
    'backup succeeded 3h ago',
    'verify did not run yet',
    'prune failed 2h ago: no right, CronJob dify-prune is suspended',
    'drill: the CronJob of drill does not exist',
  ]);
});

test('what could not be read is unknown', () => {
  expect(scheduleWords({ reason: 'systemd on this machine: systemctl was not found' }, NOW)).toEqual([
    'unknown: systemd on this machine: systemctl was not found',
  ]);
});
