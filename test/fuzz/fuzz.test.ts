import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { temporaryFolder } from '../support/folders.ts';
import { endless, hostileServers } from '../support/hostile-server.ts';

const CHILD = fileURLToPath(new URL('./support/child.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../src/cli/frame/main.ts', import.meta.url));
/** The same in every run, so that a failure can be repeated; another one looks elsewhere. */
const SEED = Number(process.env.DIFYCTL_TEST_FUZZ_SEED ?? 20261128);
/** How many times as many samples as the unit tests take. */
const TIMES = Number(process.env.DIFYCTL_TEST_FUZZ_RUNS ?? 1);
/**
 * Milliseconds by which a probe may exceed its limit; twice as many until a run answers a signal. If set, the times are
 * printed. For a machine that does nothing else.
 */
const SLACK_MS = Number(process.env.DIFYCTL_TEST_FUZZ_SLACK ?? Number.NaN);
/** MiB that a process may use for hostile input, beside its own code. */
const MOST_MIB = 150;

interface Told {
  readonly faults: readonly string[];
  readonly latestMs: number;
  readonly grewMiB: number;
}

function tell(text: string): void {
  if (!Number.isNaN(SLACK_MS)) process.stdout.write(`${text}\n`);
}

const folder = temporaryFolder();
const serve = hostileServers();

test.each([
  ['parsers', 2_000],
  ['texts', 800],
  ['programs', 1],
  ['probes', 120],
])(
  '%s: no input from outside causes a crash, a loop or full memory',
  { timeout: 120_000 * TIMES },
  async (suite, runs) => {
    const seed = `DIFYCTL_TEST_FUZZ_SEED=${SEED}`;
    const { stdout, stderr, timedOut, exitCode } = await execa(
      process.execPath,
      ['--max-old-space-size=256', '--import', 'tsx', CHILD, suite, String(SEED), String(runs * TIMES)],
      { reject: false, timeout: 110_000 * TIMES },
    );
    expect({ timedOut, exitCode, stderr }, seed).toEqual({ timedOut: false, exitCode: 0, stderr: '' });
    const { faults, latestMs, grewMiB } = JSON.parse(stdout) as Told;
    tell(`${suite}: grew by ${grewMiB} MiB, the latest end ${latestMs} ms after its limit`);
    expect(faults, seed).toEqual([]);
    expect(grewMiB, seed).toBeLessThanOrEqual(MOST_MIB);
  },
);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a preflight while one server floods it and another never answers',
  async (signal) => {
    const flood = await serve((socket, turn) => {
      if (turn === 1) endless(socket, Buffer.alloc(65_536, 'N\0\0\0\x09SX\0\0\0'));
    });
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const silent = await serve((_, turn) => {
      if (turn === 1) isAsked();
    });
    const external = { mode: 'external', host: '127.0.0.1', password: { env: 'A_PASSWORD' } };
    const services = {
      postgres: { ...external, port: flood, tls: { mode: 'disable' } },
      redis: { ...external, port: silent },
    };
    const file = join(folder.path, 'difyctl.yaml');
    await writeFile(file, stringify({ ...SAMPLE_FILES['test-compose-bundled'], ...services }));
    const child = execa(
      process.execPath,
      ['--import', 'tsx', PROGRAM, 'preflight', '-c', file, '--only', 'postgres.*,redis.*', '-o', 'json'],
      { env: { A_PASSWORD: 'a-password-of-the-test' }, reject: false, stdin: 'ignore' },
    );
    await asked;
    const started = performance.now();
    child.kill(signal);
    const { exitCode, stdout } = await child;
    const took = Math.round(performance.now() - started);
    tell(`${signal}: answered after ${took} ms`);
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', type: 'interrupted', exitCode: 130 });
    if (!Number.isNaN(SLACK_MS)) expect(took).toBeLessThanOrEqual(2 * SLACK_MS);
  },
);
