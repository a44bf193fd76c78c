import { isAbsolute, posix } from 'node:path';
import { systemdText } from '../../base/calendar.ts';
import { UserError } from '../../base/errors.ts';
import { type ScheduledWork, scheduledWork } from '../../deployment/scheduled-work.ts';
import type { RenderedFile } from '../rendered.ts';
import { fillTemplate } from '../template.ts';
import type { ComposeContext } from './context.ts';

/** Folder of the units in the Compose directory. */
const FOLDER = 'systemd';
/** Most seconds of the random delay that keeps several hosts from starting together. */
const MOST_DELAY = 600;

/**
 * A service and a timer of systemd for each scheduled work, from templates/systemd/. Empty without
 * `recovery.backup.interval`. Throws UserError for a path that a unit cannot express.
 */
export function systemdUnits(context: ComposeContext): readonly RenderedFile[] {
  return scheduledWork(context.deployment).flatMap((work) => [serviceOf(context, work), timerOf(context, work)]);
}

function serviceOf(context: ComposeContext, work: ScheduledWork): RenderedFile {
  const { deployment, inputs, requiredSecrets } = context;
  const variables = requiredSecrets.flatMap(({ ref }) => ('env' in ref ? [ref.env] : []));
  const file = inputs.file ?? posix.join(inputs.baseDirectory, 'difyctl.yaml');
  for (const path of [file, ...foldersOf(context)]) refuseUnwritable(path);
  const content = fillTemplate('systemd/work.service', {
    ...{ command: work.command.join(' '), deployment: deployment.name, file },
    secrets: variables.length > 0 ? [{ variables: [...new Set(variables)].sort().join(' ') }] : [],
    folders: foldersOf(context).map((folder) => ({ folder })),
  });
  return { path: `${FOLDER}/${deployment.name}-${work.name}.service`, content, mode: 0o644 };
}

function timerOf({ deployment }: ComposeContext, work: ScheduledWork): RenderedFile {
  const content = fillTemplate('systemd/work.timer', {
    ...{ command: work.command.join(' '), deployment: deployment.name, calendar: systemdText(work.calendar) },
    delay: Math.min(MOST_DELAY, Math.floor(work.gap / 20)),
  });
  return { path: `${FOLDER}/${deployment.name}-${work.name}.timer`, content, mode: 0o644 };
}

/**
 * Folders that a run writes to: the state beside the file, the lock beside `.env`, and a repository on this machine,
 * which may not exist before the first run (`-`).
 */
function foldersOf({ deployment, target, inputs }: ComposeContext): readonly string[] {
  const { baseDirectory } = inputs;
  const { repository = '' } = deployment.recovery?.backup ?? {};
  const isFolder = isAbsolute(repository) || repository.startsWith('.');
  const folders = [baseDirectory, posix.resolve(baseDirectory, target.directory)];
  return [...new Set([...folders, ...(isFolder ? [`-${posix.resolve(baseDirectory, repository)}`] : [])])];
}

function refuseUnwritable(path: string): void {
  if (/^[\w./@+,=~ %:-]+$/.test(path)) return;
  throw new UserError(`a systemd unit cannot contain the path ${JSON.stringify(path)}`, {
    problems: [{ path: 'recovery.backup.interval', message: `needs systemd units, which cannot contain ${path}` }],
    next: ['move the installation to a path of letters, digits and spaces', 'or remove recovery.backup.interval'],
  });
}
