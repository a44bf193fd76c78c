import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtProgram } from './built.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The package as `npm pack` makes it, installed into a folder without any network and with an empty cache. */
export async function packedProgram(folder: string): Promise<{ readonly program: string; readonly installed: string }> {
  await builtProgram();
  const prefix = join(folder, 'prefix');
  await mkdir(prefix);
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: ROOT });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ readonly filename: string }];
  const cache = ['--cache', join(folder, 'cache')];
  await run('npm', ['install', '--global', '--offline', '--prefix', prefix, ...cache, join(folder, filename)], {
    cwd: folder,
  });
  return { program: join(prefix, 'bin', 'difyctl'), installed: join(prefix, 'lib', 'node_modules', 'difyctl') };
}
