import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../test/testbed/cluster/cluster.ts';
import { addCrowd } from './crowd.ts';
import { measure, type Subject, table } from './measure.ts';
import { peer, SAME_ANALYSES } from './peer.ts';
import { RECORDED_NODES, RECORDED_PODS, recordedKubectl } from './recorded.ts';
import { treePeak } from './tree-memory.ts';

const CROWD = { nodes: 1_000, pods: 10_000 };
/** Fewer rounds, because one round needs seconds. */
const CROWD_ROUNDS = 3;
const MB = 1e6;

export interface Beside {
  readonly cluster: Cluster;
  /** The built difyctl. */
  readonly program: string;
  /** Troubleshoot's preflight. */
  readonly peerProgram: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Path of a difyctl.yaml whose context is that of the cluster. */
  readonly file: string;
}

/** Compares both programs on the same cluster, in turn: first with its six nodes, then with the crowd. */
export async function besidePeer(beside: Beside, rounds: number, print: (text: string) => void): Promise<void> {
  print(await compare('six nodes', beside, rounds));
  await addCrowd(beside.cluster, CROWD.nodes, CROWD.pods);
  const bytes = spawnSync(beside.cluster.tools.kubectl ?? 'kubectl', ['get', '--raw', '/api/v1/pods?limit=100'], {
    env: { ...process.env, ...beside.env },
    maxBuffer: 1 << 28,
  }).stdout.length;
  const size = (bytes / 100 / 1000).toFixed(1);
  print(await compare(`${CROWD.nodes} nodes, ${CROWD.pods} pods of ${size} kB`, beside, CROWD_ROUNDS));
}

async function compare(what: string, beside: Beside, rounds: number): Promise<string> {
  const { program, peerProgram, folder, cluster, env } = beside;
  const subjects = [peer(peerProgram, folder, cluster.kubeconfig), ours(program, folder, env), everyCheck(beside)];
  const times = table(`${what}: version, node class, sums, storage class; of a file: all`, measure(subjects, rounds));
  return `${times}\n${await memory(subjects)}`;
}

/** Measures difyctl on a recorded stream of a cluster that is too large for this machine. */
export async function recorded(program: string, folder: string): Promise<string> {
  const place = join(folder, 'recorded');
  mkdirSync(place);
  const bin = recordedKubectl(place);
  const subject = ours(program, folder, { PATH: `${bin}:${process.env.PATH}` });
  const title = `${RECORDED_NODES} nodes, ${RECORDED_PODS} pods, a recorded stream`;
  return `${table(title, measure([subject], 1))}\n${await memory([subject])}`;
}

function ours(program: string, folder: string, env: Readonly<Record<string, string>>): Subject {
  const args = [program, 'preflight', '--tier', 'prod', ...SAME_ANALYSES];
  return { name: 'difyctl preflight', program: process.execPath, args, env, cwd: folder };
}

/** Every check of the cluster that applies to a file: the peer's questions, quotas, rights, and a dry run of what helm renders. */
function everyCheck({ program, folder, env, file }: Beside): Subject {
  const args = [program, 'preflight', '-c', file, '--only', 'cluster.*'];
  return { name: 'difyctl preflight -c FILE', program: process.execPath, args, env, cwd: folder, okCodes: [0, 3] };
}

/** Memory is measured in separate runs, because sampling the process tree every 10 ms slows it down. */
async function memory(subjects: readonly Subject[]): Promise<string> {
  const lines: string[] = ['  peak resident memory, with all children:'];
  for (const subject of subjects) {
    const { bytes, processes } = await treePeak(subject);
    lines.push(
      `  ${subject.name.padEnd(34)} ${Math.round(bytes / MB)
        .toString()
        .padStart(6)} MB  in ${processes} processes at most`,
    );
  }
  return `${lines.join('\n')}\n`;
}
