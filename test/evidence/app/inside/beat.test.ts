import { expect, test } from 'vitest';
import { appBeatCollector } from '../../../../src/evidence/app/inside/beat.ts';
import type { AppProcess } from '../../../../src/evidence/app/inside/processes.ts';
import { collectContext } from '../../../support/check-runs.ts';
import { sampleDeployment } from '../../../support/deployments.ts';

const SENT = '2026-11-29 18:00:00 INFO Scheduler: Sending due task poll_workflow_schedules';
const PLACE = { startedAt: '2026-11-29T17:00:00Z', node: '', zone: '', simulated: false };
const BEAT: AppProcess = { component: 'beat', host: '0123456789ab', ...PLACE };

test.each<[string, string, string, boolean]>([
  ['standard error, where Celery logs', '', SENT, true],
  ['standard output', SENT, '', true],
  ['neither stream', 'beat: Starting...', 'beat: Starting...', false],
])('beat of Compose has sent a task if its log says so on %s', async (_, stdout, stderr, sent) => {
  const runner = { run: async () => ({ exitCode: 0, stdout, stderr }) };
  const context = collectContext({ deployment: sampleDeployment('test-compose-bundled'), runner });
  const need = async <T>() => [BEAT] as T;
  const fact = await appBeatCollector.collect(context, need);
  expect(fact).toEqual({ running: [BEAT.host], simulated: false, startedAt: BEAT.startedAt, sent });
});
