import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A command line to time. */
export interface Subject {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Exit codes of a valid run. Default: only 0. */
  readonly okCodes?: readonly number[];
}

/** Wall-clock times of whole processes, in milliseconds. */
export interface Measured {
  readonly name: string;
  readonly runs: readonly number[];
  readonly medianMs: number;
  /** CPU time in ms of the whole process tree in one round. Other load on the machine does not change it. */
  readonly cpuMs?: number;
}

/**
 * Times each subject as a whole process, in turn (A B C A B C …), so that changes of the machine's speed affect all of
 * them. Discards one warm-up round. Throws Error if a subject exits with a code that is not in its `okCodes`.
 */
export function measure(subjects: readonly Subject[], rounds: number): Measured[] {
  const runs = subjects.map((): number[] => []);
  const cpu = subjects.map(() => 0);
  for (let round = 0; round <= rounds; round++) {
    subjects.forEach((subject, index) => {
      const before = childrenCpuMs();
      const took = timeOnce(subject);
      if (round > 0) runs[index]?.push(took);
      cpu[index] = childrenCpuMs() - before;
    });
  }
  return subjects.map(({ name }, index) => {
    const sorted = [...(runs[index] ?? [])].sort((a, b) => a - b);
    return {
      name,
      runs: sorted,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
      cpuMs: cpu[index] ?? 0,
    };
  });
}

/**
 * CPU time in ms of all ended children and their descendants (Linux: cutime and cstime of /proc, in hundredths of a
 * second). 0 on other systems.
 */
function childrenCpuMs(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return 0;
  }
}

function timeOnce({ name, program, args, env, cwd, okCodes = [0] }: Subject): number {
  const began = performance.now();
  const { status, error, stderr } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  const took = performance.now() - began;
  if (error !== undefined) throw error;
  if (!okCodes.includes(status ?? -1))
    throw new Error(`${name} ended with ${status}: ${stderr.toString().slice(-500)}`);
  return took;
}

/** One row per subject: its median, and the ratio to the first subject. */
export function table(title: string, rows: readonly Measured[]): string {
  const base = rows[0]?.medianMs ?? Number.NaN;
  const lines = rows.map(({ name, runs, medianMs, cpuMs }) => {
    const cpu = cpuMs === undefined || cpuMs === 0 ? '' : `  ${Math.round(cpuMs)} ms of processor`;
    const range = `${Math.round(runs[0] ?? 0)}-${Math.round(runs.at(-1) ?? 0)}`;
    return `  ${name.padEnd(34)} ${Math.round(medianMs).toString().padStart(6)} ms  ${range.padStart(11)}  ${(medianMs / base).toFixed(2)} x${cpu}`;
  });
  return [title, ...lines, ''].join('\n');
}
