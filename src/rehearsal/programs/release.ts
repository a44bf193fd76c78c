import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tryBoundedJson } from '../../base/bounded-json.ts';
import { listAt, textAt } from '../../base/json-path.ts';
import type { Runner } from '../../exec/runner.ts';
import type { Release } from './program.ts';

export interface DownloadOptions {
  /** Runs `tar` if the release is an archive. */
  readonly runner: Runner;
  /** Time limit in ms for a server to begin its answer. The transfer itself may last longer. */
  readonly answerWithin: number;
  readonly signal?: AbortSignal | undefined;
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
  const url = fill(release.url);
  const text = (await get(fill(release.sha256Url), { ...options, onBytes: () => undefined })).toString('utf8');
  const stated = statedDigest(text, path.posix.basename(new URL(url).pathname));
  if (stated === undefined) throw new Error(`${fill(release.sha256Url)} has no sha256 of ${url}`);
  const bytes = await get(url, options);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== stated) throw new Error(`${url} has sha256 ${found}, its publisher lists ${stated}`);
  if (release.member === undefined) await writeFile(output, bytes);
  else await unpackMember(bytes, fill(release.member), output, options.runner);
  await chmod(output, 0o755);
}

/**
 * Returns the sha256 that a publisher states for a file: the digest of an asset in a release of GitHub's API, the line
 * of the file in a list of `sha256sum`, or the digest that the text begins with. Undefined if the text has none.
 */
export function statedDigest(text: string, file: string): string | undefined {
  const assets = listAt(text.startsWith('{') ? tryBoundedJson(text) : undefined, 'assets');
  const asset = assets.find((one) => textAt(one, 'name') === file);
  if (asset !== undefined) return hexDigest(textAt(asset, 'digest').replace(/^sha256:/, ''));
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const own = lines.find(([, name]) => name?.replace(/^\*/, '') === file);
  return hexDigest(own?.[0] ?? (lines.length > 2 ? '' : text.trim().slice(0, 64)));
}

function hexDigest(text: string): string | undefined {
  const digest = text.toLowerCase();
  return /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

async function get(url: string, options: DownloadOptions): Promise<Buffer> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error(`${url} did not answer in time`)), options.answerWithin);
  const signals = [control.signal, ...(options.signal === undefined ? [] : [options.signal])];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
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

async function unpackMember(archive: Buffer, member: string, output: string, runner: Runner): Promise<void> {
  const folder = await mkdtemp(`${output}.unpack-`);
  try {
    const file = path.join(folder, 'archive.tar.gz');
    await writeFile(file, archive);
    await runner.run('tar', ['-xzf', file, '-C', folder, member]);
    await rename(path.join(folder, member), output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const goOs = (): string => (process.platform === 'win32' ? 'windows' : process.platform);
const goArch = (): string => ({ x64: 'amd64', ia32: '386' })[process.arch as string] ?? process.arch;
