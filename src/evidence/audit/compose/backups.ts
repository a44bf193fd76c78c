import { isBackupWork } from '../../../checklist/backup-signs.ts';
import { docker } from '../../../exec/docker.ts';
import type { CollectContext } from '../../evidence.ts';

/** Signs of backups on the engine: containers, of any project, that run a backup tool. */
export async function engineBackups(context: CollectContext): Promise<readonly string[]> {
  const args = ['ps', '-a', '--no-trunc', '--format', '{{.Names}}\t{{.Image}}\t{{.Command}}'];
  const rows = (await docker(context.runner).run(args, { signal: context.signal })).split('\n');
  return rows
    .map((row) => row.split('\t'))
    .filter(([, image = '', command = '']) => isBackupWork(image, [command]))
    .map(([name = '']) => `container ${name}`);
}
