import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRunner } from '../../src/exec/execa-runner.ts';

const runner = createRunner({ env: process.env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });

describe('output that is handed on', () => {
  it('comes as it is written and is kept nowhere', async () => {
    const heard: string[] = [];
    const onStdout = (chunk: Buffer) => heard.push(chunk.toString());
    const { stdout, exitCode } = await runner.run('printf', ['%s\\n', 'a', 'b'], { onStdout });
    expect([heard.join(''), stdout, exitCode]).toEqual(['a\nb\n', '', 0]);
  });

  it('ends the program where nobody can take it', async () => {
    const onStdout = () => {
      throw new Error('no room');
    };
    await expect(runner.run('yes', [], { onStdout })).rejects.toThrow('no room');
  });

  it('does not hide that there is no such program', async () => {
    await expect(runner.run('no-such-program', [], { onStdout: () => undefined })).rejects.toThrow('not found on PATH');
  });
});

describe('a program that is tied', () => {
  it('ends as it ends by itself', async () => {
    await expect(runner.run('false', [], { tied: true })).rejects.toThrow('exit code 1');
    expect(await runner.run('echo', ['$HOME', 'a b'], { tied: true })).toMatchObject({ stdout: '$HOME a b\n' });
  });

  it('ends where it is told to', async () => {
    const end = new AbortController();
    const running = runner.run('sleep', ['60'], { tied: true, signal: end.signal });
    end.abort();
    await expect(running).rejects.toThrow('interrupted');
  });

  it('ends with a process that is killed', async () => {
    const owner = fileURLToPath(new URL('./tied-owner.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', owner], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const pid = Number(line);
    child.kill('SIGKILL');
    while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
