import type { ComponentName } from '../../checklist/components.ts';
import { SERVICE_OF } from '../../render/compose/names.ts';
import type { ExecOptions } from '../target.ts';
import type { Connection } from './connection.ts';

/**
 * Runs a command in a running container of the component and returns its standard output. Throws ExternalError if there
 * is no such container, or if the command fails.
 */
export function execCompose(
  { docker, project }: Connection,
  component: ComponentName,
  command: readonly string[],
  { timeoutMs, signal }: ExecOptions,
): Promise<string> {
  return docker.composeLive(project, ['exec', '-T', SERVICE_OF[component], ...command], { timeoutMs, signal });
}
