import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import { Fault } from '../../src/base/errors.ts';
import { builtProgram } from '../support/built.ts';
import type { Cluster } from './cluster/cluster.ts';
import { takeDownAbandoned } from './cluster/down.ts';
import { readState } from './cluster/state.ts';
import { upCluster } from './cluster/up.ts';
import { cacheRoot } from './provision/cache.ts';
import { elapsed, progressPrinter } from './provision/progress.ts';
import { Unavailable } from './provision/unavailable.ts';
import { answers, provenance, type Stores, secretVariables, skipped } from './quickstart/deployment.ts';
import { hasFittingKubectl } from './quickstart/kubectl.ts';
import { listener, postgresStore, redisStore, type Store } from './quickstart/stores.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIFYCTL = path.join(ROOT, 'bin', 'difyctl.js');

const print = (...lines: readonly string[]): void => {
  process.stdout.write(`${lines.join('\n')}\n`);
};

/** Cleanup steps for the end, run in reverse order. */
const undo: (() => Promise<unknown>)[] = [];
let interrupted = false;

async function main(): Promise<number> {
  const began = Date.now();
  print(
    'difyctl quickstart: a prod deployment of Dify on a six-node cluster in three zones, from nothing to installed.',
    '',
  );
  print('1. The testbed', `   What is missing is made once, in minutes, and kept in ${cacheRoot()}.`);
  const [cluster, stores] = await together(startCluster(began), startStores(), builtProgram());
  print('', ...provenance(stores), '');
  print('2. The deployment');
  const failed = await runCommands(cluster, stores);
  if (failed !== undefined) {
    print('', `${failed} did not succeed.`);
    return interrupted ? 130 : 1;
  }
  print('', `Done in ${elapsed(Date.now() - began)}. The cluster is taken down now; yours would go on.`);
  print("Your own: difyctl init, with your kubeconfig's context and your own endpoints.");
  return 0;
}

async function startCluster(began: number): Promise<Cluster> {
  await takeDownAbandoned();
  const taken = (await readState('quickstart')) !== undefined;
  const cluster = await upCluster({
    name: taken ? `quickstart-${process.pid}` : 'quickstart',
    nodes: '6x8C32G',
    zones: 3,
    tools: (await hasFittingKubectl()) ? ['helm4'] : ['helm4', 'kubectl'],
    releases: true,
    onProgress: progressPrinter(),
    onStep: (step) => print(`   ${elapsed(Date.now() - began)}  ${step}`),
  });
  undo.push(() => cluster.down());
  return cluster;
}

async function startStores(): Promise<Stores> {
  const started = async (store: Promise<Store>): Promise<Store> => {
    const { stop } = await store;
    undo.push(stop);
    return store;
  };
  const [postgres, redis, objectStorage, vectorStore] = await together(
    started(postgresStore(['dify', 'dify_plugin'])),
    started(redisStore()),
    started(listener()),
    started(listener()),
  );
  return { postgres, redis, objectStorage, vectorStore };
}

/** Waits for all, even if one fails, so that everything that was started can be stopped. */
async function together<T extends readonly unknown[]>(...work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as T;
}

/** Runs the commands. Returns the first one that failed, or undefined. */
async function runCommands(cluster: Cluster, stores: Stores): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'difyctl-quickstart-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const env = {
    ...secretVariables(stores),
    KUBECONFIG: cluster.kubeconfig,
    PATH: `${await cluster.binFolder(4)}${path.delimiter}${process.env.PATH ?? ''}`,
  };
  const skip = skipped(stores);
  const commands: (readonly string[])[] = [
    ['preflight', ...skip],
    ['plan'],
    ['install', '--tier', 'prod', '--yes', ...skip],
    ['postflight'],
    ['status'],
  ];
  const flags = answers(cluster, stores);
  print('', `$ difyctl init --non-interactive ${flags.map((pair) => `\\\n    ${pair.join(' ')}`).join(' ')}`);
  if (!(await difyctl(['init', '--non-interactive', ...flags.flat()], folder, env))) return 'difyctl init';
  for (const command of commands) {
    if (interrupted) return `difyctl ${command[0]}`;
    print('', `$ difyctl ${command.join(' ')}`);
    if (!(await difyctl(command, folder, env))) return `difyctl ${command[0]}`;
  }
  return undefined;
}

async function difyctl(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const stdio = { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' } as const;
  return !(await execa('node', [DIFYCTL, ...args], { cwd, env, ...stdio, reject: false })).failed;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
  });
}
try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Unavailable || error instanceof Fault)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = interrupted ? 130 : 1;
} finally {
  for (const step of undo.reverse()) await step();
}
