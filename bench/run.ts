import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { builtProgram } from '../test/support/built.ts';
import { SAMPLE_FILES } from '../test/support/deployments.ts';
import { createRecorder } from '../test/support/recorder.ts';
import { upCluster } from '../test/testbed/cluster/up.ts';
import { progressPrinter } from '../test/testbed/provision/progress.ts';
import { backups } from './backups.ts';
import { type Measured, measure, type Subject, table } from './measure.ts';
import { peerProgram } from './peer.ts';
import { rehearsals } from './rehearsals.ts';
import { measureRenders } from './renders.ts';
import { besidePeer, recorded } from './scale.ts';

const ROUNDS = 9;
const CHART = resolve('test/fixtures/chart');

const SECTIONS = ['start', 'render', 'preflight', 'peer', 'recorded', 'rehearse', 'backup'] as const;
type Section = (typeof SECTIONS)[number];

/**
 * `npm run bench [-- SECTION …]`: figures for README and closing notes. Nothing passes or fails. Default: all sections.
 */
async function main(): Promise<void> {
  const asked = SECTIONS.filter((name) => process.argv.slice(2).includes(name));
  const sections = new Set<Section>(asked.length === 0 ? SECTIONS : asked);
  const program = await builtProgram();
  const folder = mkdtempSync(join(tmpdir(), 'difyctl-bench-'));
  try {
    if (sections.has('render'))
      print(table('render, in one process (aim: at most 150 ms beyond start-up)', measureRenders(ROUNDS)));
    if (sections.has('recorded')) print(await recorded(program, folder));
    if (sections.has('backup')) await backups(program, folder, print);
    if (sections.has('rehearse')) await rehearsals(program, folder, print);
    if (sections.has('start') || sections.has('preflight') || sections.has('peer'))
      await onCluster(program, folder, sections);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onCluster(program: string, folder: string, sections: ReadonlySet<Section>): Promise<void> {
  const peer = sections.has('peer') ? await peerProgram() : undefined;
  const cluster = await upCluster({ nodes: '6x8C32G', zones: 3, onProgress: progressPrinter() });
  try {
    const { helm4 = 'helm', kubectl = 'kubectl' } = cluster.tools;
    const tools = { kubectl, helm: helm4 };
    const env = environment(cluster.kubeconfig, tools);
    if (sections.has('start')) print(table(START, measure(startUps(program, helm4), ROUNDS)));
    const file = writeDeployment(folder, cluster.context);
    if (sections.has('preflight')) {
      const args = [program, 'preflight', '-c', file];
      const subject = { name: 'difyctl preflight', program: process.execPath, args };
      print(await preflightAgainstRawCalls(subject, env, tools, folder));
    }
    if (peer !== undefined) await besidePeer({ cluster, program, peerProgram: peer, folder, env, file }, ROUNDS, print);
  } finally {
    await cluster.down();
  }
}

const START = `start-up (${ROUNDS} rounds, whole processes; aim: at most 1.3 x bare node)`;

function startUps(program: string, helm: string): readonly Subject[] {
  return [
    { name: 'node -e 0', program: process.execPath, args: ['-e', '0'] },
    { name: 'difyctl --version', program: process.execPath, args: [program, '--version'] },
    { name: 'helm version', program: helm, args: ['version'] },
  ];
}

type Programs = Readonly<Record<'kubectl' | 'helm', string>>;

/** Records the kubectl calls of one preflight, then runs them one after another, like an operator's script. */
async function preflightAgainstRawCalls(
  preflight: Subject,
  env: Readonly<Record<string, string>>,
  programs: Programs,
  folder: string,
): Promise<string> {
  // Without its proxy, difyctl starts one kubectl per read. Those are the raw calls.
  const recorder = await createRecorder({ ...programs, kubectl: withoutProxy(programs.kubectl, folder) });
  // An unreachable endpoint is a finding here. Only the time matters.
  const subject = { ...preflight, env, okCodes: [0, 3] };
  measure([{ ...subject, env: { ...env, PATH: `${recorder.folder}:${env.PATH}` } }], 0);
  const calls = await recorder.calls();
  await recorder.remove();
  const raw = calls
    .filter(({ program, args }) => program === 'kubectl' && !args.includes('-') && !args.includes('proxy'))
    .map(({ args }): Subject => ({ name: args.join(' '), program: programs.kubectl, args, env, okCodes: [0, 1] }));
  const [whole] = measure([subject], ROUNDS);
  const each = measure(raw, ROUNDS);
  const sum = each.reduce((total, { medianMs }) => total + medianMs, 0);
  const rows: Measured[] = [
    { name: `${raw.length} raw kubectl calls, one by one`, runs: [sum], medianMs: sum },
    ...(whole === undefined ? [] : [whole]),
  ];
  return table(
    'preflight on six nodes, beside the raw kubectl reads it makes (what reads standard input left out)',
    rows,
  );
}

function withoutProxy(kubectl: string, folder: string): string {
  const path = join(folder, 'kubectl-without-proxy');
  const script = `#!/bin/sh\ncase " $* " in *" proxy "*) exit 1 ;; esac\nexec '${kubectl}' "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

/** Not in `folder` itself, where the runs without a file would find it. */
function writeDeployment(parent: string, context: string): string {
  const folder = join(parent, 'deployment');
  mkdirSync(folder);
  const sample = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
  const path = join(folder, 'difyctl.yaml');
  writeFileSync(join(folder, 'ca.pem'), '');
  const target = { type: 'kubernetes', context, chart: { path: CHART } };
  writeFileSync(path, stringify({ ...sample, target, postgres: { ...sample.postgres, tls: { mode: 'require' } } }));
  return path;
}

/** Gives a value to every secret of the sample. */
function environment(kubeconfig: string, programs: Programs): Record<string, string> {
  const names = JSON.stringify(SAMPLE_FILES['prod-kubernetes-s3-qdrant']).matchAll(/"env":"([A-Z0-9_]+)"/g);
  const secrets = Object.fromEntries([...names].map(([, name = '']) => [name, `bench-${name}-value`]));
  const path = `${resolve(programs.helm, '..')}:${resolve(programs.kubectl, '..')}:${process.env.PATH}`;
  return { ...secrets, KUBECONFIG: kubeconfig, PATH: path, CI: 'true' };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
