import { existsSync } from 'node:fs';
import type { LoadedDeployment } from '../../deployment/load.ts';
import type { CommandContext } from '../frame/context.ts';

/**
 * Loads the deployment of a run. Returns undefined if `--config` was not given and the file does not exist; then the
 * schema is not loaded either.
 */
export async function loadFileIfExists(context: CommandContext): Promise<LoadedDeployment | undefined> {
  const { configIsInput, configGiven, configPath } = context;
  if (configIsInput !== true && !configGiven && !existsSync(configPath)) return undefined;
  const { loadFile } = await import('./load-file.ts');
  return loadFile(context);
}
