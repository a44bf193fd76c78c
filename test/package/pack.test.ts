import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { packedProgram } from '../support/packed.ts';

const run = promisify(execFile);
const folder = temporaryFolder();

test('npm pack creates a tarball that installs offline without dependencies, and runs', async () => {
  const { program, installed } = await packedProgram(folder.path);
  expect(await readdir(join(installed, '..'))).toEqual(['difyctl']);
  const manifest: unknown = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('dependencies');
  expect(await readdir(installed)).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'bin', 'dist', 'docs', 'templates']),
  );
  expect(await readFile(join(installed, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8')).toContain('\nzod ');

  const version = await run(program, ['--version']);
  expect(version.stdout).toMatch(/^difyctl \d+\.\d+\.\d+\S* \(installer\)\n/);
  await writeFile(join(folder.path, 'difyctl.yaml'), 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n');
  const rendered = await run(program, ['render', '--out', 'set'], { cwd: folder.path, env: { PATH: NODE_ALONE } });
  expect(rendered.stdout).toContain('compose.yaml');
  // From templates/ of the package.
  expect(await readFile(join(folder.path, 'set', 'nginx', 'nginx.conf'), 'utf8')).toContain(
    'listen 80 default_server;',
  );
  expect(await readFile(join(folder.path, 'set', 'ssrf_proxy', 'squid.conf'), 'utf8')).toContain('deny private');
  const explained = await run(program, ['checks', 'explain', 'cluster.dns']);
  expect(explained.stdout).toContain('cluster.dns');
});

/** Neither docker nor kubectl: rendering needs none. */
const NODE_ALONE = join(fileURLToPath(new URL('.', `file://${process.execPath}`)));
