import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Subject } from './measure.ts';

/** How often the tree is looked at, in ms: fine enough that no kubectl lives and dies between two looks. */
const EVERY_MS = 10;
const PAGE_BYTES = 4096;

export interface TreePeak {
  /** Largest sum of resident memory of the program and all its descendants at one moment, in bytes; pages that they share count for each. */
  readonly bytes: number;
  /** Largest number of processes at one moment. */
  readonly processes: number;
  readonly ms: number;
}

/** Runs a subject once and watches the resident memory of its whole process tree (Linux: /proc). */
export async function treePeak({ name, program, args, env, cwd, okCodes = [0] }: Subject): Promise<TreePeak> {
  const began = performance.now();
  const child = spawn(program, args, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  let peak = { bytes: 0, processes: 0 };
  const look = (): void => {
    const pids = tree(child.pid ?? 0);
    const bytes = pids.reduce((sum, pid) => sum + residentOf(pid), 0);
    peak = { bytes: Math.max(peak.bytes, bytes), processes: Math.max(peak.processes, pids.length) };
  };
  const timer = setInterval(look, EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(timer));
  if (!okCodes.includes(code ?? -1)) throw new Error(`${name} ended with ${code}: ${Buffer.concat(complaints)}`);
  return { ...peak, ms: performance.now() - began };
}

function tree(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(tree)];
}

/** Of every thread: a child belongs to the thread that made it. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It ended while it was looked at.
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
