import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packedProgram } from '../support/packed.ts';

const run = promisify(execFile);
/** The oldest that is promised, and the newest of each line with long-term support; each is a package of the npm registry. */
const VERSIONS = ['20.19.0', '22.23.3', '24.21.0'];

let folder = '';
let program = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-nodes-'));
  program = (await packedProgram(folder)).program;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(VERSIONS)('the packed difyctl runs on Node %s', async (version) => {
  const home = join(folder, version);
  await run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', `node@${version}`]);
  const node = join(home, 'node_modules', 'node', 'bin', 'node');
  expect((await run(node, ['--version'])).stdout).toBe(`v${version}\n`);
  expect((await run(node, [program, '--version'])).stdout).toMatch(/^difyctl \d+\.\d+\.\d+/);
  await writeFile(join(home, 'difyctl.yaml'), 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n');
  const rendered = await run(node, [program, 'render', '--out', 'set'], { cwd: home, env: { PATH: home } });
  expect(rendered.stdout).toContain('compose.yaml');
});
