import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { nodeResources, parseNodes } from '../../src/rehearsal/plane/node-class.ts';
import { isIntact, recordDigests } from '../../src/rehearsal/programs/intact.ts';
import { withLock } from '../../src/rehearsal/programs/lock.ts';
import { downloadRelease } from '../../src/rehearsal/programs/release.ts';
import { elapsed } from './provision/progress.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'difyctl-provision-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the lock of a program', () => {
  it('allows one holder at a time', async () => {
    const file = path.join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const waited: string[] = [];
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await stat(file);
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(file, (holder) => waited.push(holder), work)));
    expect(most).toBe(1);
    expect(waited.every((holder) => holder.startsWith(`${process.pid} `))).toBe(true);
    await expect(stat(file)).rejects.toThrow();
  });

  it.each([
    ['whose process is gone', '4194303 1'],
    ['whose pid was given to another process since', `${process.pid} 1`],
    ['of nobody', ''],
  ])('takes over one %s', async (_, holder) => {
    const file = path.join(folder, 'lock');
    await writeFile(file, holder);
    expect(
      await withLock(
        file,
        () => undefined,
        async () => 'worked',
      ),
    ).toBe('worked');
  });

  it('is free again after a failure', async () => {
    const file = path.join(folder, 'lock');
    const fail = (): Promise<never> => Promise.reject(new Error('no'));
    await expect(withLock(file, () => undefined, fail)).rejects.toThrow('no');
    expect(
      await withLock(
        file,
        () => undefined,
        async () => 1,
      ),
    ).toBe(1);
  });
});

describe('a cached program', () => {
  it('is used only as it was recorded', async () => {
    await writeFile(path.join(folder, 'program'), 'bytes');
    expect(await isIntact(folder)).toBe(false);
    await recordDigests(folder, ['program']);
    expect(await isIntact(folder)).toBe(true);
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder });
    await writeFile(path.join(folder, 'program'), 'bytes');
    expect(await isIntact(folder)).toBe(true);
    await writeFile(path.join(folder, 'program'), 'other');
    expect(await isIntact(folder)).toBe(false);
    await rm(path.join(folder, 'program'));
    expect(await isIntact(folder)).toBe(false);
  });
});

describe('a published release', () => {
  let server: Server;
  let base = '';
  const files = new Map<string, Buffer>();
  beforeEach(async () => {
    server = createServer((request, answer) => {
      const body = files.get(request.url ?? '');
      answer.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    files.clear();
    server.close();
  });
  const publish = (name: string, body: Buffer, digest = createHash('sha256').update(body).digest('hex')): void => {
    files.set(`/${name}`, body);
    files.set(`/${name}.sha256`, Buffer.from(`${digest}  ${name}\n`));
  };
  const runner = createRunner({
    env: process.env,
    hiddenNames: new Set(),
    passNames: new Set(),
    redact: (text) => text,
  });
  const options = { runner, answerWithin: 5000 };

  it('is downloaded and made executable', async () => {
    publish('kubectl', Buffer.from('program'));
    const output = path.join(folder, 'kubectl');
    const release = { url: `${base}/{role}`, sha256Url: `${base}/{role}.sha256` };
    await downloadRelease(release, 'kubectl', output, options);
    expect(await readFile(output, 'utf8')).toBe('program');
    expect((await stat(output)).mode & 0o777).toBe(0o755);
  });

  it('is extracted from its archive', async () => {
    await writeFile(path.join(folder, 'helm'), 'program');
    publish('helm.tar.gz', execFileSync('tar', ['-czf', '-', '-C', folder, './helm']));
    const output = path.join(folder, 'out');
    const release = { url: `${base}/helm.tar.gz`, sha256Url: `${base}/helm.tar.gz.sha256`, member: './helm' };
    await downloadRelease(release, 'helm', output, options);
    expect(await readFile(output, 'utf8')).toBe('program');
  });

  it.each([
    ['other bytes than its publisher lists', () => publish('tool', Buffer.from('evil'), '0'.repeat(64)), /sha256/],
    ['no digest', () => files.set('/tool.sha256', Buffer.from('<html>')), /has no sha256 of/],
    ['nothing', () => undefined, /404/],
  ])('is refused with %s', async (_, arrange, message) => {
    arrange();
    const output = path.join(folder, 'tool');
    const release = { url: `${base}/tool`, sha256Url: `${base}/tool.sha256` };
    await expect(downloadRelease(release, 'tool', output, options)).rejects.toThrow(message);
    await expect(stat(output)).rejects.toThrow();
  });
});

describe('classes of nodes', () => {
  it.each([
    ['6x8C32G', 6],
    ['4x8C32G,2x4C16G', 6],
    ['0', 0],
  ])('%s', (text, count) => expect(parseNodes(text)).toHaveLength(count));

  it.each(['', '6', '6x8C', 'x8C32G', '6x8C32G,'])('refuses %j', (text) => {
    expect(() => parseNodes(text)).toThrow(/6x8C32G/);
  });

  it('report less than the nominal size, and allocate even less', () => {
    const { capacity, allocatable } = nodeResources({ cpus: 8, memoryGi: 32 });
    expect(capacity).toMatchObject({ cpu: '8', memory: '32408784Ki' });
    expect(allocatable.cpu).toBe('7910m');
    expect(Number.parseInt(allocatable.memory ?? '', 10) / 1024 / 1024).toBeCloseTo(27.3, 1);
  });
});

describe('elapsed time', () => {
  it.each([
    [400, '0s'],
    [59_000, '59s'],
    [187_000, '3m07s'],
  ])('%i ms', (ms, text) => expect(elapsed(ms)).toBe(text));
});
