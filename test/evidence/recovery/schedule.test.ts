import { expect, test } from 'vitest';
import { cronJobFact } from '../../../src/evidence/recovery/schedule-kubernetes.ts';
import { timerFact } from '../../../src/evidence/recovery/schedule-systemd.ts';

const labels = (work: string) => ({ 'app.kubernetes.io/component': work });
const cronJob = (work: string, status: object = {}, spec: object = { suspend: false }) => ({
  metadata: { name: `dify-${work}`, labels: labels(work) },
  spec,
  status,
});
const failedJob = (name: string, work: string, at: string) => ({
  metadata: { name, labels: labels(work) },
  status: {
    conditions: [
      { type: 'FailureTarget', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: at },
      {
        type: 'Failed',
        status: 'True',
        message: 'Job has reached the specified backoff limit',
        lastTransitionTime: at,
      },
    ],
  },
});
const SUCCESS = { lastSuccessfulTime: '2026-11-22T09:20:31Z' };

test.each<[string, readonly unknown[], readonly unknown[], object]>([
  ['is missing', [cronJob('verify')], [], { object: 'the CronJob of backup', state: 'missing' }],
  ['did not run', [cronJob('backup')], [], { object: 'CronJob dify-backup', state: 'on' }],
  ['is suspended', [cronJob('backup', {}, { suspend: true })], [], { object: 'CronJob dify-backup', state: 'off' }],
  [
    'succeeded after a failure, while another one fails',
    [cronJob('backup', SUCCESS), cronJob('verify')],
    [
      failedJob('dify-backup-1', 'backup', '2026-11-22T03:21:00Z'),
      failedJob('dify-verify-9', 'verify', '2026-11-22T11:00:00Z'),
    ],
    { object: 'CronJob dify-backup', state: 'on', succeededAt: '2026-11-22T09:20:31Z' },
  ],
  [
    'failed twice since its success',
    [cronJob('backup', SUCCESS)],
    [
      failedJob('dify-backup-3', 'backup', '2026-11-22T10:05:00Z'),
      failedJob('dify-backup-2', 'backup', '2026-11-22T10:00:00Z'),
    ],
    {
      object: 'CronJob dify-backup',
      state: 'on',
      succeededAt: '2026-11-22T09:20:31Z',
      failed: {
        job: 'dify-backup-3',
        at: '2026-11-22T10:05:00Z',
        reason: 'Job has reached the specified backoff limit',
      },
    },
  ],
])('a CronJob that %s', (_, live, jobs, expected) => {
  expect(cronJobFact('backup', live, jobs)).toEqual({ name: 'backup', ...expected });
});

/** As `systemctl show --timestamp=utc` of systemd 252 prints it. */
const shown = (timer: string, service: string): string =>
  [
    `Result=success\nId=dify-backup.timer\n${timer}`,
    `ExecMainExitTimestamp=Sun 2026-11-22 03:11:00 UTC\n${service}\nId=dify-backup.service\nActiveState=inactive`,
    'Id=dify-verify.timer\nLoadState=not-found\nActiveState=inactive\nUnitFileState=',
    'ExecMainStatus=0\nResult=success\nId=dify-verify.service\nLoadState=not-found',
  ].join('\n\n');
const ON = 'LoadState=loaded\nActiveState=active\nUnitFileState=enabled';
const OFF = 'LoadState=loaded\nActiveState=inactive\nUnitFileState=disabled';
const RAN = 'Result=success\nExecMainStatus=0\nLoadState=loaded';

test.each([
  ['is enabled, and its service succeeded', ON, RAN, { state: 'on', succeededAt: '2026-11-22T03:11:00Z' }],
  ['is not enabled', OFF, RAN, { state: 'off', succeededAt: '2026-11-22T03:11:00Z' }],
  [
    'is enabled, and its service failed',
    ON,
    'Result=exit-code\nExecMainStatus=4\nLoadState=loaded',
    {
      state: 'on',
      failed: { at: '2026-11-22T03:11:00Z', reason: 'exit-code, exit code 4: journalctl -u dify-backup' },
    },
  ],
  [
    'has no service',
    ON,
    'Result=success\nExecMainStatus=0\nLoadState=not-found',
    { state: 'missing', succeededAt: '2026-11-22T03:11:00Z' },
  ],
])('a timer that %s', (_, timer, service, expected) => {
  expect(timerFact('dify', 'backup', shown(timer, service))).toEqual({
    ...{ name: 'backup', object: 'dify-backup.timer' },
    ...expected,
  });
});

test('a timer that is not installed, and a service that never ran', () => {
  expect(timerFact('dify', 'verify', shown(ON, RAN))).toEqual({
    name: 'verify',
    object: 'dify-verify.timer',
    state: 'missing',
  });
  const never = shown(ON, RAN).replace('ExecMainExitTimestamp=Sun 2026-11-22 03:11:00 UTC', 'ExecMainExitTimestamp=');
  expect(timerFact('dify', 'backup', never)).toEqual({ name: 'backup', object: 'dify-backup.timer', state: 'on' });
});
