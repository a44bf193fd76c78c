import { parseArgs } from 'node:util';
import { Fault } from '../../src/base/errors.ts';
import { isSameProcess } from '../../src/rehearsal/processes/identity.ts';
import { testedComposeRows } from '../support/version-rows.ts';
import { takeDown } from './cluster/down.ts';
import { type ClusterState, clusterFolder, isAbandoned, listClusters, readState } from './cluster/state.ts';
import { upCluster } from './cluster/up.ts';
import { DEBIAN_SETS } from './debian/sets.ts';
import { debianTree } from './debian/tree.ts';
import { dockerHostLines, downDockerHosts, upDockerHost } from './docker/commands.ts';
import { dockerHosts } from './docker/host.ts';
import { ensure } from './provision/ensure.ts';
import { PROGRAMS, TEST_PROGRAM_NAMES } from './provision/programs.ts';
import { elapsed, type OnProgress, progressPrinter } from './provision/progress.ts';
import { Unavailable } from './provision/unavailable.ts';

const USAGE = `npm run testbed -- COMMAND

  up      [--name default] [--nodes 6x8C32G] [--zones 3] [--real-node]
          a real control plane with simulated nodes; --real-node adds one that runs containers (root)
  up --docker [--name default]
          a Docker engine of its own with Compose and the images of Dify (root)
  down    [--name default | --all]
  status
  provision   builds what the tests stand on, as far as it is missing
`;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'default' },
      nodes: { type: 'string', default: '6x8C32G' },
      zones: { type: 'string', default: '3' },
      'real-node': { type: 'boolean', default: false },
      docker: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || rest.length > 0) {
    print(USAGE);
    return values.help ? 0 : 2;
  }
  switch (command) {
    case 'up':
      if (values.docker) return printAll(await upDockerHost(values.name, progressPrinter()));
      return await up(values.name, values.nodes, Number(values.zones), values['real-node']);
    case 'down':
      return values.all
        ? await down(await listClusters(), await dockerHosts())
        : await down([await readState(values.name)], [values.name]);
    case 'status':
      return await status();
    case 'provision':
      await provision(progressPrinter());
      return 0;
    default:
      print(USAGE);
      return 2;
  }
}

/** Makes what the tests need. Downloads run beside the builds of Go programs, which use every core. */
async function provision(onProgress: OnProgress): Promise<void> {
  const names = [...TEST_PROGRAM_NAMES, ...testedComposeRows()];
  const isBuilt = (name: (typeof names)[number]): boolean => PROGRAMS[name].kind === 'go';
  const download = async (): Promise<void> => {
    await ensure(
      names.filter((name) => !isBuilt(name)),
      { onProgress },
    );
    for (const packages of Object.values(DEBIAN_SETS)) await debianTree(packages, { onProgress });
  };
  await Promise.all([ensure(names.filter(isBuilt), { onProgress }), download()]);
}

function printAll(lines: readonly string[]): number {
  for (const line of lines) print(line);
  return 0;
}

async function up(name: string, nodes: string, zones: number, realNode: boolean): Promise<number> {
  const began = Date.now();
  const cluster = await upCluster({
    name,
    nodes,
    zones,
    realNode,
    owner: 'user',
    onProgress: progressPrinter(),
    onStep: (step) => process.stderr.write(`  ${step} (${elapsed(Date.now() - began)})\n`),
  });
  cluster.api.close();
  print(`testbed ${name} is up (${elapsed(Date.now() - began)})`);
  print(`  export KUBECONFIG=${cluster.kubeconfig}`);
  print(
    `  export PATH=${await cluster.binFolder(4)}:$PATH   # kubectl and helm 4; helm 3: ${await cluster.binFolder(3)}`,
  );
  print(`  npm run testbed -- down --name ${name}`);
  return 0;
}

async function down(states: readonly (ClusterState | undefined)[], docker: readonly string[]): Promise<number> {
  const present = states.filter((state) => state !== undefined);
  for (const state of present) {
    await takeDown(state);
    print(`testbed ${state.name} is down`);
  }
  const hosts = await downDockerHosts(docker);
  if (present.length === 0 && hosts.length === 0) print('no such testbed');
  return printAll(hosts);
}

async function status(): Promise<number> {
  const states = await listClusters();
  const hosts = await dockerHostLines();
  if (states.length === 0 && hosts.length === 0) print('no testbed is up');
  for (const state of states) {
    const running = await Promise.all(
      state.daemons.map(async ({ name, identity }) => ((await isSameProcess(identity)) ? name : `${name} (ended)`)),
    );
    const owner = state.owner === undefined ? '' : `, owned by process ${state.owner.split(' ')[0]}`;
    const abandoned = (await isAbandoned(state)) ? ', which is gone: the next `up` takes it down' : '';
    print(`${state.name}: ${state.phase} since ${state.createdAt}${owner}${abandoned}`);
    print(`  nodes made: ${state.nodes} simulated, ${state.realNodes ?? 0} real`);
    print(`  running: ${running.join(', ')}`);
    print(`  folder: ${clusterFolder(state.name)}`);
  }
  return printAll(hosts);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Unavailable || error instanceof Fault)) throw error;
  const next = error instanceof Fault ? error.next.map((line) => `\n  ${line}`).join('') : '';
  process.stderr.write(`${error.message}${next}\n`);
  process.exitCode = 2;
}
