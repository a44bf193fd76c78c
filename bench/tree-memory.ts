import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Subject } from './measure.ts';

/** Sampling interval in ms: short enough that no kubectl starts and ends between two samples. */
const EVERY_MS = 10;
const PAGE_BYTES = 4096;

export interface TreePeak {
  /**
   * Largest sum of resident memory of the program and all its descendants at one time, in bytes. Shared pages count
   * once per process.
   */
  readonly bytes: number;
  /** Largest resident memory of the program itself, in bytes. */
  readonly ownBytes: number;
  /** Largest number of processes at one time. */
  readonly processes: number;
  readonly ms: number;
  readonly stdout: string;
}

/** Runs a subject once and samples the resident memory of its whole process tree (Linux: /proc). */
export async function treePeak({ name, program, args, env, cwd, okCodes = [0] }: Subject): Promise<TreePeak> {
  const began = performance.now();
  const child = spawn(program, args, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  let peak = { bytes: 0, ownBytes: 0, processes: 0 };
  const look = (): void => {
    const pids = tree(child.pid ?? 0);
    const bytes = pids.reduce((sum, pid) => sum + residentOf(pid), 0);
    peak = {
      bytes: Math.max(peak.bytes, bytes),
      ownBytes: Math.max(peak.ownBytes, residentOf(child.pid ?? 0)),
      processes: Math.max(peak.processes, pids.length),
    };
  };
  const timer = setInterval(look, EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(timer));
  if (!okCodes.includes(code ?? -1))
    throw new Error(`${name} ended with ${code}: ${Buffer.concat([...output, ...complaints])}`);
  return { ...peak, ms: performance.now() - began, stdout: Buffer.concat(output).toString('utf8') };
}

function tree(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(tree)];
}

/** Children of every thread: a child belongs to the thread that created it. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // The process ended meanwhile.
    return [];
  }
}

function residentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
}
