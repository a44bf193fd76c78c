import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';

const SECRET = 'Tr0ub4dor-hunter2';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-typed-'));
  await writeFile(join(folder, 'difyctl.yaml'), stringify(SAMPLE_FILES['test-compose-bundled']));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  [[SECRET]],
  [[`--${SECRET}`]],
  [['validate', `--${SECRET}`]],
  [['validate', `--${SECRET}=x`]],
  [['validate', `--frobnicate=${SECRET}`]],
  [['validate', `-p${SECRET}`]],
  [['validate', SECRET]],
  [['validate', '--config', SECRET]],
  [['validate', `--config=${SECRET}`]],
  [['plan', '-c', SECRET]],
  [['validate', '--timeout', SECRET]],
  [['validate', `--timeout=${SECRET}`]],
  [['validate', '--output', SECRET]],
  [['validate', `-o${SECRET}`]],
  [['preflight', '--wait', SECRET]],
  [['preflight', '--report', SECRET]],
  [['preflight', '--from', SECRET]],
  [['prerequisites', '--installer', SECRET]],
  [['prerequisites', '--format', SECRET]],
  [['secrets', SECRET, '--yes']],
  [['uninstall', SECRET, '--yes']],
  [['completion', SECRET]],
  [['validate', '--set', SECRET]],
  [['validate', '--tier', SECRET]],
  [['validate', '--postgres-password', SECRET]],
  [['validate', '--postgres-port', SECRET]],
  [['checks', 'explain', `postgres://u:${SECRET}@db/x`]],
  [['preflight', '--only', `ghp_${'a1B2'.repeat(9)}`]],
])('%j repeats no secret that was typed there', async (argv) => {
  for (const format of [[], ['-o', 'json']]) {
    const run = await runCli([...format, ...argv], { cwd: folder });
    expect(run.code).toBe(2);
    expect(run.stdout + run.stderr).not.toMatch(/hunter2|a1B2/);
  }
});
