import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STATE_FOLDER } from '../../base/state-folder.ts';
import { projectFilter } from '../../exec/docker.ts';
import { type CollectContext, CollectionError, type Need } from '../evidence.ts';
import { requireLocalEngine } from '../host/local-engine.ts';
import { isApiImage } from './api-image.ts';
import type { InstalledFact, InstallRecord } from './installed.ts';
import { inOrder, readRecord } from './record.ts';

/** State of a container that was never started, so it cannot have migrated the database. */
const NEVER_STARTED = 'created';

/**
 * Images of the project's containers that were started, ended ones included, and difyctl's records beside the project's
 * `.env`.
 */
export async function composeInstalled(context: CollectContext, need: Need, project: string): Promise<InstalledFact> {
  const { runner, signal } = context;
  const args = ['ps', '--all', ...projectFilter(project), '--format', '{{.State}}\t{{.Image}}'];
  const { stdout } = await runner.run('docker', args, { signal });
  const started = stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([state]) => state !== NEVER_STARTED)
    .map(([, image = '']) => image);
  return { images: [...new Set(started.filter(isApiImage))].sort(), records: await recordsBeside(context, need) };
}

/** Empty if the folder is on another machine or may not be read. */
async function recordsBeside(context: CollectContext, need: Need): Promise<readonly InstallRecord[]> {
  try {
    const { directory } = await requireLocalEngine(context, need, 'files');
    const folder = join(directory, STATE_FOLDER, 'revisions');
    const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d+\.json$/.test(name));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
    return inOrder(texts.map(readRecord));
  } catch (error) {
    if (error instanceof CollectionError) return [];
    throw error;
  }
}
