/**
 * Fuzzes in a separate process, so that a loop, a crash or too much memory ends only this process. Arguments: `SUITE
 * SEED RUNS`.
 */
import process from 'node:process';
import { ExternalError } from '../../../src/base/errors.ts';
import { createRunner } from '../../../src/exec/execa-runner.ts';
import { serveHostile } from '../../support/hostile-server.ts';
import { hostileMode, MODE_NAMES } from './hostile-modes.ts';
import { type ParserTarget, parserTargets } from './parsers.ts';
import { type ProbeTarget, probeTargets } from './probes.ts';
import { programTargets } from './program-texts.ts';
import { mutated, randomOf } from './random.ts';

const [suite = '', seedText = '', runsText = ''] = process.argv.slice(2);
const [seed, runs] = [Number(seedText), Number(runsText)];
/**
 * Milliseconds after which a probe gets a signal, and within which it must end: 1,000 on a machine that does nothing
 * else, more if tests share it.
 */
const LIMIT_MS = 1_200;
const SLACK_MS = Number(process.env.DIFYCTL_TEST_FUZZ_SLACK ?? 10_000);
/** Milliseconds of processor time that one sample may take. */
const READ_MS = 1_000;

/** Milliseconds after their limit that the latest probe ended. */
let latestMs = 0;

/** The running parsers and probes. */
const now = new Set<string>();
const said = () => [...now].join('; ');
const faults: string[] = [];
process.on('uncaughtException', (error) => faults.push(`uncaught in ${said()}: ${error.stack ?? error.message}`));
process.on('unhandledRejection', (error) => faults.push(`unhandled in ${said()}: ${String(error)}`));

/** MiB that this process has held at most. */
const memory = () => process.resourceUsage().maxRSS / 1024;

async function parsers(targets: readonly ParserTarget[]): Promise<void> {
  for (let run = 0; run < runs; run += 1) {
    const random = randomOf(seed + run);
    const { name, samples, read, foreseen } = random.pick(targets);
    const what = `run ${run}: ${name}`;
    now.clear();
    now.add(what);
    const bytes = mutated(random.pick(samples), random);
    const started = process.cpuUsage();
    try {
      await read(bytes);
    } catch (error) {
      if (!foreseen(error)) faults.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const took = process.cpuUsage(started).user / 1_000;
    if (took > READ_MS) faults.push(`${what}: ${bytes.length} bytes took ${Math.round(took)} ms`);
  }
}

/** Probes that run at the same time: most of them wait for an answer that never comes. */
const AT_ONCE = 6;

async function probes(): Promise<void> {
  const targets = probeTargets();
  await Promise.all(targets.map(warmUp));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < runs) await probeOnce(targets, next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Loads the modules that a probe loads at its first use: that time does not count for the server. */
async function warmUp({ script, look }: ProbeTarget): Promise<void> {
  const server = await serveHostile(hostileMode('closing at once', script, randomOf(seed)));
  await look(server.port, new AbortController().signal);
  server.close();
}

async function probeOnce(targets: readonly ProbeTarget[], run: number): Promise<void> {
  const random = randomOf(seed + run);
  const target = random.pick(targets);
  const mode = random.pick(MODE_NAMES);
  const what = `run ${run}: ${target.name}, ${mode}`;
  now.add(what);
  const server = await serveHostile(hostileMode(mode, target.script, random));
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT_MS);
  const started = performance.now();
  try {
    await target.look(server.port, limit.signal);
  } catch (error) {
    faults.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  clearTimeout(timer);
  const took = performance.now() - started;
  const late = took - LIMIT_MS - (target.cleanMs ?? 0);
  latestMs = Math.max(latestMs, Math.round(late));
  if (late > SLACK_MS) faults.push(`${what}: ended after ${Math.round(took)} ms`);
  server.close();
  now.delete(what);
}

/** Programs that print too much, or unreadable output. */
const FLOODS = ['cat /dev/zero', 'cat /dev/zero >&2', 'yes "" >&2', 'head -c 32000000 /dev/urandom; exit 1'];

async function programs(): Promise<void> {
  const plain = (text: string) => text;
  const runner = createRunner({ env: process.env, hiddenNames: new Set(), passNames: new Set(), redact: plain });
  for (const script of FLOODS) {
    const ended: unknown = await runner
      .run('sh', ['-c', script], { timeoutMs: 1_000, onStderr: () => undefined })
      .catch((error: unknown) => error);
    if (!(ended instanceof ExternalError)) faults.push(`${script}: ${String(ended)}`);
  }
}

const before = memory();
if (suite === 'parsers') await parsers(parserTargets());
else if (suite === 'texts') await parsers(programTargets());
else if (suite === 'programs') await programs();
else await probes();
process.stdout.write(JSON.stringify({ faults, latestMs, grewMiB: Math.round(memory() - before) }));
process.exit(0);
