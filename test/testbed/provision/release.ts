import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import type { Release } from './programs.ts';

export interface DownloadOptions {
  /** Time limit in ms for a server to begin its answer. The transfer itself may last longer. */
  readonly answerWithin: number;
  readonly onBytes?: (bytes: number) => void;
}

/** Downloads one role of a published release to `output`. Throws Error if its digest differs from the publisher's. */
export async function downloadRelease(
  release: Release,
  role: string,
  output: string,
  options: DownloadOptions,
): Promise<void> {
  const fill = (text: string): string =>
    text.replaceAll('{os}', goOs()).replaceAll('{arch}', goArch()).replaceAll('{role}', role);
  const stated = (await get(fill(release.sha256Url), options)).toString('utf8').trim().slice(0, 64).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(stated)) throw new Error(`${fill(release.sha256Url)} holds no sha256`);
  const bytes = await get(fill(release.url), options);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== stated) throw new Error(`${fill(release.url)} has sha256 ${found}, its publisher states ${stated}`);
  if (release.member === undefined) await writeFile(output, bytes);
  else await unpackMember(bytes, fill(release.member), output);
  await chmod(output, 0o755);
}

async function get(url: string, options: DownloadOptions): Promise<Buffer> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error(`${url} did not answer in time`)), options.answerWithin);
  try {
    const response = await fetch(url, { signal: control.signal });
    clearTimeout(timer);
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.length;
      options.onBytes?.(size);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

async function unpackMember(archive: Buffer, member: string, output: string): Promise<void> {
  const folder = await mkdtemp(`${output}.unpack-`);
  try {
    await execa('tar', ['-xzf', '-', '-C', folder, member], { input: archive });
    await rename(path.join(folder, member), output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const goOs = (): string => (process.platform === 'win32' ? 'windows' : process.platform);
const goArch = (): string => ({ x64: 'amd64', ia32: '386' })[process.arch as string] ?? process.arch;
