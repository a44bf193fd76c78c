import type { RenderedFile } from '../../render/rendered.ts';
import type { Connection } from './connection.ts';
import { writeFiles } from './directory.ts';
import { composeProgress } from './progress.ts';
import { down, type UpOptions, up } from './up.ts';
import { openWatch, waitForServices } from './wait.ts';
import { writtenServices } from './written.ts';

/**
 * Back to the files that stood before, and to what ran from them; a first install goes. Data and `.env` stay. Says what state that left; throws
 * as applying does.
 */
export async function takeBack(
  connection: Connection,
  before: readonly RenderedFile[],
  failed: readonly RenderedFile[],
  options: UpOptions,
): Promise<string> {
  const { project, now } = connection;
  const { signal, timeoutMs, onProgress } = options;
  onProgress({ type: 'step-progress', step: 'apply', detail: 'taking it back' });
  if (!before.some(({ path }) => path === 'compose.yaml')) {
    await down(connection, options);
    return `project ${project.name} was taken down again; its data and .env are kept`;
  }
  await writeFiles(project.directory, before, failed);
  const progress = composeProgress(onProgress);
  const planned = (await writtenServices(project.directory)) ?? [];
  const watch = await openWatch(connection, planned, progress, signal);
  const refused = await up(connection, watch, progress, options);
  if (refused !== undefined)
    return `the files that stood before are back, and Compose refuses them too: ${refused.reason}`;
  const views = await waitForServices(watch, { until: now() + timeoutMs, now, signal });
  const late = views.flatMap(({ name, settled }) => (settled ? [] : [name]));
  return late.length === 0
    ? `project ${project.name} runs again from the files that stood before`
    : `the files that stood before are back, and of them ${late.join(', ')} did not become ready`;
}
