import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRunner } from '../../src/exec/execa-runner.ts';
import type { RunOptions } from '../../src/exec/runner.ts';
import { bareRunner } from '../../src/operations/preflight/cluster-access.ts';
import { identify } from '../../src/state/lock/process.ts';

const runner = createRunner({ env: process.env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });

describe('the environment of a program', () => {
  it('has no variable of difyctl’s own, not even one that target.passEnv names', async () => {
    const env = {
      PATH: process.env.PATH,
      DIFYCTL_POSTGRES_PASSWORD: 'hunter2',
      DIFYCTL_X: 'y',
      HOME: '/h',
      INSIDE: '1',
    };
    const passNames = new Set(['DIFYCTL_X']);
    const own = createRunner({ env, hiddenNames: new Set(['DIFYCTL_X']), passNames, redact: (text) => text });
    const { stdout } = await own.run('env', []);
    expect(stdout).not.toMatch(/DIFYCTL_|hunter2/);
    expect(stdout).toMatch(/^HOME=\/h$/m);
  });
});

describe('output that is passed on', () => {
  it('arrives as it is written and is not stored', async () => {
    const heard: string[] = [];
    const onStdout = (chunk: Buffer) => heard.push(chunk.toString());
    const { stdout, exitCode } = await runner.run('printf', ['%s\\n', 'a', 'b'], { onStdout });
    expect([heard.join(''), stdout, exitCode]).toEqual(['a\nb\n', '', 0]);
  });

  it('ends the program if its reader has gone', async () => {
    const onStdout = () => {
      throw new Error('no room');
    };
    await expect(runner.run('yes', [], { onStdout })).rejects.toThrow('no room');
  });

  it('does not hide that the program does not exist', async () => {
    await expect(runner.run('no-such-program', [], { onStdout: () => undefined })).rejects.toThrow('not found on PATH');
  });
});

describe('output without an end', () => {
  it('on standard output ends the program and its children', async () => {
    let pid = 0;
    const onStderr = (line: string) => {
      pid = Number(line);
    };
    const error: unknown = await runner
      .run('sh', ['-c', 'sleep 60 & echo $! >&2; cat /dev/zero'], { onStderr })
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({
      name: 'ExternalError',
      message: 'sh printed more than 32 MiB, more than difyctl reads, and was stopped',
      command: 'sh -c sleep 60 & echo $! >&2; cat /dev/zero',
      next: ['run it by hand, and check which sh is first on PATH: which -a sh'],
    });
    while (await identify(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('on standard error is cut to its last lines, long ones shortened', async () => {
    const script = 'yes | head -c 3000000 >&2; head -c 100000 /dev/zero >&2; printf "\\nlast\\né" >&2; printf é';
    const { stdout, stderr } = await runner.run('sh', ['-c', script]);
    expect([stdout, stderr.length <= 2 ** 21]).toEqual(['é', true]);
    expect(stderr.split('\n').slice(-4)).toEqual(['y', `${'\0'.repeat(65_536)}…`, 'last', 'é']);
  });

  it('within 32 MiB is returned whole', async () => {
    const { stdout } = await runner.run('head', ['-c', String(32 * 2 ** 20), '/dev/zero']);
    expect(stdout.length).toBe(32 * 2 ** 20);
  });
});

describe('a program with killWithParent', () => {
  it('ends if the program exits', async () => {
    await expect(runner.run('false', [], { killWithParent: true })).rejects.toThrow('exit code 1');
    expect(await runner.run('echo', ['$HOME', 'a b'], { killWithParent: true })).toMatchObject({
      stdout: '$HOME a b\n',
    });
  });

  it('ends if it is aborted', async () => {
    const end = new AbortController();
    const running = runner.run('sleep', ['60'], { killWithParent: true, signal: end.signal });
    end.abort();
    await expect(running).rejects.toThrow('interrupted');
  });

  it('ends if its parent is killed', async () => {
    const owner = fileURLToPath(new URL('./parent.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', owner], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const pid = Number(line);
    child.kill('SIGKILL');
    while (await identify(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

/**
 * A shell that starts another program, prints that program's process id, and ends at once on a signal. The other
 * program keeps the pipes open.
 */
const PLUGIN = 'sh -c "trap "" TERM; echo plugin \\$\\$ >&2; sleep 60" & wait';

/** Runs it until the plugin has said its process id; then `act`. */
async function withPlugin(
  act: () => void,
  options: RunOptions,
): Promise<{ readonly error: unknown; readonly pid: number }> {
  let pid = 0;
  const onStderr = (line: string) => {
    pid = Number(line.replace('plugin ', ''));
    act();
  };
  const error: unknown = await runner
    .run('sh', ['-c', PLUGIN], { ...options, onStderr })
    .catch((fault: unknown) => fault);
  return { error, pid };
}

describe('a program that waits for a program of its own, which neither ends nor closes its pipes', () => {
  it('ends at its time limit, with its children', async () => {
    const { error, pid } = await withPlugin(() => undefined, { timeoutMs: 500, graceMs: 60_000 });
    expect(error).toMatchObject({ message: 'sh did not end in time', timedOut: true });
    while (await identify(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('ends if its caller aborts it, with its children', async () => {
    const stop = new AbortController();
    const { error, pid } = await withPlugin(() => stop.abort(), { signal: stop.signal, graceMs: 60_000 });
    expect(String(error)).toBe('Interrupted: sh was interrupted');
    while (await identify(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('is killed if it does not end when it is asked to', async () => {
    const stop = new AbortController();
    const onStderr = () => stop.abort();
    const options = { signal: stop.signal, graceMs: 10, onStderr };
    const stubborn = runner.run('sh', ['-c', 'trap "" TERM; echo ready >&2; while :; do sleep 60; done'], options);
    await expect(stubborn).rejects.toThrow('sh was interrupted');
  });

  it('returns its output once it has ended, although the other program continues', async () => {
    const { stdout, stderr } = await runner.run('sh', ['-c', 'sleep 60 & echo $!; echo said >&2']);
    expect([Number(stdout) > 0, stderr]).toEqual([true, 'said\n']);
    process.kill(Number(stdout), 'SIGKILL');
  });

  it('passes all of a large output to a slow reader', async () => {
    let bytes = 0;
    const onStdout = (chunk: Buffer) => {
      bytes += chunk.length;
      // Nothing else of this process runs meanwhile.
      for (const until = performance.now() + 5; performance.now() < until; );
    };
    await runner.run('head', ['-c', '20000000', '/dev/zero'], { onStdout });
    expect(bytes).toBe(20_000_000);
  });
});

describe('a limit longer than the maximum of a timer', () => {
  it('does not end the program at once', async () => {
    const timeoutMs = 25 * 24 * 60 * 60 * 1_000;
    expect(await runner.run('sh', ['-c', 'sleep 0.2; echo done'], { timeoutMs })).toMatchObject({ stdout: 'done\n' });
  });
});

it('no program is started for a caller that was aborted already', async () => {
  const started: number[] = [];
  const options = { signal: AbortSignal.abort(), onStart: (pid: number) => started.push(pid) };
  await expect(runner.run('true', [], options)).rejects.toThrow('true was interrupted');
  expect(started).toEqual([]);
});

it('a program has no terminal to prompt at', async () => {
  expect(await runner.run('sh', ['-c', '(: </dev/tty) 2>/dev/null || echo none'])).toMatchObject({ stdout: 'none\n' });
});

it('a program that is run without a deployment file has none of the variables that hold secrets', async () => {
  const env = { PATH: process.env.PATH, DIFY_PG_PASSWORD: 'hunter2', DIFYCTL_TIER: 'prod', AWS_PROFILE: 'ops' };
  const { stdout } = await bareRunner(env).run('env', []);
  expect(stdout).not.toMatch(/DIFY/);
  expect(stdout).toMatch(/^AWS_PROFILE=ops$/m);
});
