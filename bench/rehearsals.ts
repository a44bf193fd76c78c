import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PLANE_PROGRAMS } from '../src/rehearsal/programs/table.ts';
import { DRILL_KINDS, type PrintedRehearsal } from '../src/rehearsal/report.ts';
import { rehearsedFile } from '../test/support/rehearsal.ts';
import { ensure } from '../test/testbed/provision/ensure.ts';
import { progressPrinter } from '../test/testbed/provision/progress.ts';

/**
 * The shapes. A drill that concerns single nodes runs only for nodes that run Dify's pods. So the time of a large shape
 * is that of its nodes and zones, and a drain is left out, because it does not depend on the number of nodes.
 */
const SHAPES: readonly (readonly [nodes: string, drills: readonly string[]])[] = [
  ['6x8C32G', DRILL_KINDS],
  ['100x8C32G', ['schedule', 'spread', 'node-loss', 'zone-loss', 'rollout']],
  ['1000x8C32G', ['schedule', 'spread', 'node-loss', 'zone-loss']],
];
/** Milliseconds. A run that takes longer is ended and said to be. */
const LIMIT = 15 * 60_000;

/** Rehearses the default production on shapes by flags, once each: whole processes, with programs that are there. */
export async function rehearsals(program: string, folder: string, print: (text: string) => void): Promise<void> {
  const place = join(folder, 'rehearsals');
  mkdirSync(place);
  const bin = join(place, 'bin');
  mkdirSync(bin);
  const programs = await ensure([...PLANE_PROGRAMS, 'kubectl', 'helm4'], { onProgress: progressPrinter() });
  for (const name of [...PLANE_PROGRAMS, 'kubectl'] as const) symlinkSync(programs[name], join(bin, name));
  symlinkSync(programs.helm4, join(bin, 'helm'));
  writeFileSync(join(place, 'difyctl.yaml'), stringify(rehearsedFile()));
  print('rehearsal of the default production in three zones (aim: six nodes within 60 s)');
  for (const [nodes, drills] of SHAPES) print(measured(program, place, bin, nodes, drills));
}

function measured(program: string, place: string, bin: string, nodes: string, drills: readonly string[]): string {
  const args = [program, 'rehearse', '--nodes', nodes, '--zones', '3', '--drills', drills.join(','), '-o', 'json'];
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: place, CI: 'true' };
  const startedAt = performance.now();
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: place, env, timeout: LIMIT, maxBuffer: 1 << 28 });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(7);
  const name = `  ${nodes.padEnd(12)} ${seconds} s`;
  if (status !== 0 && status !== 6) return `${name}  ended with ${status ?? 'the time limit'}`;
  const report = JSON.parse(stdout.toString()) as PrintedRehearsal;
  const { pass, warn, fail, skip } = report.summary;
  const byKind = drills.map((kind) => {
    const own = report.drills.filter((drill) => drill.kind === kind);
    const sum = own.reduce((total, drill) => total + drill.seconds, 0);
    return `${kind} ${own.length}x ${sum.toFixed(1)} s`;
  });
  return `${name}  ${pass} pass, ${warn} warn, ${fail} fail, ${skip} skip: ${byKind.join(', ')}`;
}
