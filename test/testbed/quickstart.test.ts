import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';
import { expect, it } from 'vitest';

import { readState } from './cluster/state.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('installs a prod deployment, names simulated parts, and removes everything', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'difyctl-test-'));
  const options = { cwd: ROOT, env: { TMPDIR: folder }, reject: false, stdin: 'ignore' } as const;
  try {
    const { stdout, stderr, exitCode } = await execa('npx', ['tsx', 'test/testbed/quickstart.ts'], options);
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    const commands = [...stdout.matchAll(/^\$ difyctl (\w+)/gm)].map((match) => match[1]);
    expect(commands).toEqual(['init', 'preflight', 'plan', 'install', 'postflight', 'status']);
    expect(stdout).toMatch(/^Simulated: the six nodes and every pod/m);
    expect(stdout).toMatch(/^Stand-in: .*object storage, vector store/m);
    expect(stdout).toMatch(/^\$ difyctl install .*--skip .*object-storage/m);
    const name = /--context testbed-(\S+)/.exec(stdout)?.[1] ?? '';
    expect(name).toMatch(/^quickstart/);
    expect(await readState(name)).toBeUndefined();
    expect((await readdir(folder)).filter((entry) => entry.startsWith('difyctl'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 1_800_000);
