import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtProgram } from './built.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Packs the package with `npm pack` into a folder. Returns the path of the tarball. */
export async function packedTarball(folder: string): Promise<string> {
  await builtProgram();
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: ROOT });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ readonly filename: string }];
  return join(folder, filename);
}

/** Packs the package with `npm pack` and installs it into a folder, offline and with an empty cache. */
export async function packedProgram(folder: string): Promise<{ readonly program: string; readonly installed: string }> {
  const tarball = await packedTarball(folder);
  const prefix = join(folder, 'prefix');
  await mkdir(prefix);
  const cache = ['--cache', join(folder, 'cache')];
  await run('npm', ['install', '--global', '--offline', '--prefix', prefix, ...cache, tarball], { cwd: folder });
  return { program: join(prefix, 'bin', 'difyctl'), installed: join(prefix, 'lib', 'node_modules', 'difyctl') };
}
