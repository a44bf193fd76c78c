import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packedProgram } from '../support/packed.ts';
import { versionOf } from '../support/versions.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { progressPrinter } from '../testbed/provision/progress.ts';

const run = promisify(execFile);
let folder = '';
let program = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-nodes-'));
  program = (await packedProgram(folder)).program;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The oldest Node that is promised, and each newer line with long-term support. */
test.each(['node-20', 'node-22', 'node-24'] as const)('the packed difyctl runs on %s', async (row) => {
  const { [row]: node } = await ensure([row], { onProgress: progressPrinter() });
  const home = join(folder, row);
  await mkdir(home);
  expect((await run(node, ['--version'])).stdout).toBe(`v${versionOf(row)}\n`);
  expect((await run(node, [program, '--version'])).stdout).toMatch(/^difyctl \d+\.\d+\.\d+/);
  await writeFile(join(home, 'difyctl.yaml'), 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n');
  const rendered = await run(node, [program, 'render', '--out', 'set'], { cwd: home, env: { PATH: home } });
  expect(rendered.stdout).toContain('compose.yaml');
});
