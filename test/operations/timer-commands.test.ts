import { expect, test } from 'vitest';
import { timerCommands } from '../../src/operations/timer-commands.ts';
import type { PlannedChange } from '../../src/targets/target.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const backup = {
  repository: './backup',
  interval: '1d',
  password: { file: './password' },
  recipients: [`age1${'q'.repeat(58)}`],
};
const recovery = { vectorStore: { strategy: 'rebuild' }, drills: { interval: '90d' }, backup };
const deployment = parsedDeployment({ ...SAMPLE_FILES['test-compose-mixed'], recovery });
const unit: PlannedChange = { action: 'create', kind: 'File', name: 'systemd/lab-backup.timer' };
const other: PlannedChange = { action: 'create', kind: 'File', name: 'compose.yaml' };

test('a changed unit has two commands, which name the folder and every timer', () => {
  expect(timerCommands({ deployment, baseDirectory: '/srv/my lab' }, [other, unit])).toEqual([
    "install -m 644 '/srv/my lab/stack/systemd'/lab-* /etc/systemd/system/",
    'systemctl daemon-reload && systemctl enable --now lab-backup.timer lab-verify.timer lab-prune.timer lab-drill.timer',
  ]);
});

test('no command is needed if no unit changed', () => {
  expect(timerCommands({ deployment, baseDirectory: '/srv/lab' }, [other])).toEqual([]);
});
