import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtProgram } from '../support/built.ts';

const run = promisify(execFile);

let program = '';
beforeAll(async () => {
  program = await builtProgram();
});

/** Everything that is loaded before the first line of a chunk runs. */
async function staticImports(file: string, seen = new Map<string, string>()): Promise<ReadonlyMap<string, string>> {
  if (seen.has(file)) return seen;
  const text = await readFile(file, 'utf8');
  seen.set(file, text);
  for (const [, path = ''] of text.matchAll(/(?:^|[;\s}])(?:from|import)\s*"(\.\/[^"]+)"/g)) {
    await staticImports(join(dirname(file), path), seen);
  }
  return seen;
}

describe('the built program', () => {
  it('says that it is the installer, and answers both names', async () => {
    const { stdout } = await run(process.execPath, [program, '--version']);
    expect(stdout).toMatch(/^difyctl \d+\.\d+\.\d+\S* \(installer\)\n/);
    const { bin } = JSON.parse(await readFile(join(dirname(program), '../package.json'), 'utf8')) as { bin: unknown };
    expect(bin).toEqual({ difyctl: 'bin/difyctl.js', 'dify-installer': 'bin/difyctl.js' });
  });

  it('starts with a few kilobytes: no command, no parser and no schema is loaded for --version and --help', async () => {
    const loaded = [...(await staticImports(join(dirname(program), '../dist/main.js'))).values()].join('\n');
    expect(loaded.length).toBeLessThan(20_000);
    expect(loaded).not.toMatch(/commander|zod|node:child_process/i);
  });

  it('shows a fault of the user with exit 2 and nothing on stdout', async () => {
    await expect(
      run(process.execPath, [program, 'validate', '--config', '/nowhere/difyctl.yaml']),
    ).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('/nowhere/difyctl.yaml does not exist'),
    });
  });

  it('ends quietly when its reader has gone', async () => {
    const child = spawn('bash', [
      '-c',
      `"${process.execPath}" "${program}" schema | head -c 1; exit "\${PIPESTATUS[0]}"`,
    ]);
    const errors: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
    await once(child, 'close');
    expect(errors.join('')).toBe('');
  });
});
