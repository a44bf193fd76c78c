import { existsSync } from 'node:fs';
import type { LoadedDeployment } from '../../deployment/load.ts';
import type { CommandContext } from '../frame/context.ts';

/** The deployment of a run; undefined if there is no file and none was named. The schema is loaded only for a file. */
export async function loadFileIfExists(context: CommandContext): Promise<LoadedDeployment | undefined> {
  const { configIsInput, configGiven, configPath } = context;
  if (configIsInput !== true && !configGiven && !existsSync(configPath)) return undefined;
  const { loadFile } = await import('./load-file.ts');
  return loadFile(context);
}
