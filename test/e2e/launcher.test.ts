import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
  it('says that it is the installer, under both of its names', async () => {
    const { stdout } = await run(process.execPath, [program, '--version']);
    expect(stdout).toMatch(/^difyctl \d+\.\d+\.\d+\S* \(installer\)\n/);
    const { bin } = JSON.parse(await readFile(join(dirname(program), '../package.json'), 'utf8')) as { bin: unknown };
    expect(bin).toEqual({ difyctl: 'bin/difyctl.js', 'dify-installer': 'bin/difyctl.js' });
  });

  it('loads a few kilobytes for --version and --help: no command, no parser and no schema', async () => {
    const loaded = [...(await staticImports(join(dirname(program), '../dist/main.js'))).values()].join('\n');
    expect(loaded.length).toBeLessThan(20_000);
    expect(loaded).not.toMatch(/commander|zod|node:child_process/i);
  });

  it('shows an error of the user with exit 2 and nothing on stdout', async () => {
    await expect(
      run(process.execPath, [program, 'validate', '--config', '/nowhere/difyctl.yaml']),
    ).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('/nowhere/difyctl.yaml does not exist'),
    });
  });

  it.each(['schema', '--help', 'checks'])('%s ends silently and succeeds if its reader has gone', async (command) => {
    const { code, stderr } = await shell(`difyctl ${command} | head -c 1; exit "\${PIPESTATUS[0]}"`);
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each(['schema', '--version', '--help', 'checks -o json'])(
    'reports a full disk if it cannot write the result of %s',
    async (command) => {
      const { code, stderr } = await shell(`difyctl ${command} >/dev/full`);
      expect([code, stderr]).toEqual([
        8,
        [
          '  x the result could not be written to standard output: no space is left on the device',
          '     -> the changes of this run are kept; to see the result, re-run with standard output on a device with free space',
          '  exit 8',
          '',
        ].join('\n'),
      ]);
    },
  );

  it('keeps the exit code of a failed run, although a full disk loses its output', async () => {
    expect(await shell('difyctl validate -o json >/dev/full')).toMatchObject({ code: 2 });
    expect(await shell('difyctl validate 2>/dev/full')).toEqual({ code: 2, stderr: '' });
  });

  /**
   * Starts a run that reads a pipe, and returns once it reads. Nothing is ever written, so that one of its threads
   * waits forever.
   */
  const reading = 'mkfifo "$1/pipe"; "$NODE" "$PROGRAM" validate -c "$1/pipe" <&- 3>&- & run=$!; exec 3>"$1/pipe"';

  it.each(['INT', 'TERM', 'HUP'])('ends on SIG%s although a thread waits for a pipe without a writer', async (name) => {
    const { code, stderr } = await shell(`${reading}; kill -${name} $run; wait $run`);
    expect([code, stderr]).toEqual([130, `  x interrupted by SIG${name}\n  exit 130\n`]);
  });

  it('is ended at once by a second Ctrl-C, whatever its threads wait for', async () => {
    const { code, stderr } = await shell(`${reading}; while kill -INT $run; do :; done 2>/dev/null; wait $run`);
    expect([code, stderr]).toEqual([130, '']);
  });
});

/** Runs a line of shell with `difyctl` in it; `$1` is an empty folder. */
async function shell(line: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-launcher-'));
  const script = `difyctl() { "$NODE" "$PROGRAM" "$@"; }; ${line}`;
  const env = { PATH: '/usr/bin:/bin', NODE: process.execPath, PROGRAM: program };
  const child = spawn('bash', ['-c', script, 'bash', folder], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  child.stdout.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  await rm(folder, { recursive: true, force: true });
  return { code, stderr: errors.join('') };
}
