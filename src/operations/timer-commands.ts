import { resolve } from 'node:path';
import { shellWord } from '../base/shell-word.ts';
import { scheduledWork } from '../deployment/scheduled-work.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { PlannedChange } from '../targets/target.ts';

/**
 * Returns the commands that enable the timers of a Compose deployment, for root: difyctl does not change the host's
 * systemd. None if no unit changed.
 */
export function timerCommands(
  { deployment, baseDirectory }: { readonly deployment: Deployment; readonly baseDirectory: string },
  changes: readonly PlannedChange[],
): readonly string[] {
  const { name, target } = deployment;
  const works = scheduledWork(deployment);
  const isChanged = changes.some((change) => change.kind === 'File' && change.name.startsWith('systemd/'));
  if (target.type !== 'compose' || works.length === 0 || !isChanged) return [];
  const units = `${shellWord(resolve(baseDirectory, target.directory, 'systemd'))}/${name}-*`;
  const timers = works.map((work) => `${name}-${work.name}.timer`).join(' ');
  return [
    `install -m 644 ${units} /etc/systemd/system/`,
    `systemctl daemon-reload && systemctl enable --now ${timers}`,
  ];
}
