import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { pgProgram } from '../../src/exec/pg-programs.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

async function program(bin: string, major: number): Promise<void> {
  await mkdir(bin, { recursive: true });
  const file = join(bin, 'pg_restore');
  await writeFile(file, `#!/bin/sh\necho "pg_restore (PostgreSQL) ${major}.4"\n`);
  await chmod(file, 0o755);
}

test.each<[string, string, number | undefined, string | undefined]>([
  ['PATH has the version of the server', '17.7 (Debian 17.7-1.pgdg12+1)', 17, undefined],
  ['PATH has a newer version, and the machine has that of the server', '15.20', 17, '15'],
  ['PATH has a newer version, and the machine has no other', '16.11', 17, undefined],
  ['PATH has no program', '15.20', undefined, '15'],
])('%s', async (_, server, onPath, expected) => {
  const path = join(folder.path, 'path');
  await mkdir(path);
  if (onPath !== undefined) await program(path, onPath);
  for (const major of [15, 17]) await program(join(folder.path, String(major), 'bin'), major);
  const env = { PATH: path };
  const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
  const { signal } = new AbortController();
  const chosen = await pgProgram(runner, 'pg_restore', server, { signal, folder: folder.path });
  expect(chosen).toBe(expected === undefined ? 'pg_restore' : join(folder.path, expected, 'bin', 'pg_restore'));
});
