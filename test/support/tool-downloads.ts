import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { architecture } from '../testbed/debian/architecture.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { progressPrinter } from '../testbed/provision/progress.ts';
import { type FakeHttp, startFakeHttp } from '../testbed/services/fake-http.ts';
import { versionOf } from './versions.ts';

/**
 * Serves the testbed's kubectl and helm as dl.k8s.io and get.helm.sh serve theirs, each with its sha256.
 *
 * @param folder an empty folder to pack helm in
 */
export async function serveToolDownloads(folder: string): Promise<FakeHttp> {
  const programs = await ensure(['kubectl', 'helm3'], { onProgress: progressPrinter() });
  const platform = `linux-${architecture().name}`;
  const archive = join(folder, 'helm.tar.gz');
  await mkdir(join(folder, platform));
  await copyFile(programs.helm3, join(folder, platform, 'helm'));
  await execa('tar', ['--create', '--use-compress-program=gzip -1', `--file=${archive}`, platform], { cwd: folder });
  const files = new Map<string, Buffer>();
  const add = (path: string, body: Buffer) => {
    files.set(path, body).set(`${path}.sha256`, Buffer.from(createHash('sha256').update(body).digest('hex')));
  };
  add(`/release/v${versionOf('kubectl')}/bin/${platform.replace('-', '/')}/kubectl`, await readFile(programs.kubectl));
  add(`/helm-v${versionOf('helm3')}-${platform}.tar.gz`, await readFile(archive));
  return startFakeHttp(({ path }) => {
    const body = files.get(path);
    return body === undefined ? { status: 404 } : { body };
  });
}
