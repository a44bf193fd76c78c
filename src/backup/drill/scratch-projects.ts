import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError } from '../../base/errors.ts';
import { labelsAt, textAt } from '../../base/json-path.ts';
import { withinMs } from '../../base/time-limit.ts';
import { jsonLines, outputLines } from '../../exec/answer.ts';
import { projectNames } from '../../exec/compose-project.ts';
import { type Docker, PROJECT_LABEL, projectFilter } from '../../exec/docker.ts';
import { identify, isAlive, processSpace } from '../../state/lock/process.ts';

/** Labels of every container, volume and network of a drill: the deployment, and the process that runs the drill. */
const DEPLOYMENT = 'difyctl.drill';
const SPACE = 'difyctl.drill.space';
const PROCESS = 'difyctl.drill.process';
/** Time limit for the removal, which also runs after the drill was interrupted. */
const REMOVE_MS = 120_000;
/** A restore has a time limit of a day: a project that another machine created earlier is a leftover. */
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Returns the labels of what this process creates for a drill of the deployment. */
export async function drillLabels(deployment: string): Promise<Readonly<Record<string, string>>> {
  const [space, self] = await Promise.all([processSpace(), identify(process.pid)]);
  return { [DEPLOYMENT]: deployment, [SPACE]: space, [PROCESS]: `${process.pid} ${self?.startTime ?? ''}` };
}

/**
 * Pauses in ms before what is left is removed again: the engine releases the addresses of a removed container a moment
 * later, and a killed drill may have left a Compose that still creates containers.
 */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Removes the containers, volumes and networks of a drill. Nothing happens if there are none. Throws ExternalError if
 * Docker fails, or if something is left.
 */
export async function removeProject(engine: Docker, name: string): Promise<void> {
  const signal = withinMs(REMOVE_MS);
  for (const pause of [...PAUSES_MS, undefined]) {
    const left = await removeOnce(engine, name, signal);
    if (left.length === 0) return;
    if (pause === undefined) throw new ExternalError(`docker did not remove ${left.join(', ')}`, { next: NEXT });
    await sleep(pause, undefined, { signal });
  }
}

const NEXT = ['the next difyctl drill removes what is left'];

/** Returns the names of the volumes and networks, and the ids of the containers, that are left. */
async function removeOnce(engine: Docker, name: string, signal: AbortSignal): Promise<readonly string[]> {
  // Another drill may remove the same objects at the same time.
  const options = { signal, timeoutMs: REMOVE_MS, okCodes: [0, 1] };
  const list = async () => ({
    containers: outputLines(await engine.run(['ps', '-aq', ...projectFilter(name)], { signal })),
    volumes: await projectNames(engine, 'volume', name, signal),
    networks: await projectNames(engine, 'network', name, signal),
  });
  const { containers, volumes, networks } = await list();
  if (containers.length > 0) await engine.run(['rm', '--force', '--volumes', ...containers], options);
  if (volumes.length > 0) await engine.run(['volume', 'rm', '--force', ...volumes], options);
  if (networks.length > 0) await engine.run(['network', 'rm', ...networks], options);
  if (containers.length + volumes.length + networks.length === 0) return [];
  return Object.values(await list()).flat();
}

/** True if the engine has a volume of the project: the drill runs, or could not be removed. Throws ExternalError. */
export async function hasProject(engine: Docker, name: string, signal: AbortSignal): Promise<boolean> {
  return (await projectNames(engine, 'volume', name, signal)).length > 0;
}

/** Removes the projects of killed drills of the deployment. Returns their names. Throws ExternalError. */
export async function removeLeftProjects(
  engine: Docker,
  deployment: string,
  { signal, now }: { readonly signal: AbortSignal; readonly now: Date },
): Promise<readonly string[]> {
  const found = await drillProjects(engine, deployment, signal);
  const removed: string[] = [];
  for (const [name, one] of found) {
    if (!(await isLeft(one, now))) continue;
    await removeProject(engine, name);
    removed.push(name);
  }
  return removed;
}

interface Owner {
  readonly space: string;
  readonly process: string;
  /** When the engine created the volume or the network: an ISO time. */
  readonly created: string;
}

/** How the engine names the time at which it created an object. */
const CREATED = { network: '.Created', volume: '.CreatedAt' } as const;

/** The drills of a deployment by their networks and volumes, which are created first and removed last. */
async function drillProjects(
  engine: Docker,
  deployment: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Owner>> {
  const found = await Promise.all(
    (['network', 'volume'] as const).map(async (what) => {
      const filter = ['--filter', `label=${DEPLOYMENT}=${deployment}`];
      const names = outputLines(await engine.run([what, 'ls', '-q', ...filter], { signal }));
      if (names.length === 0) return [];
      const format = `{"labels":{{json .Labels}},"created":{{json ${CREATED[what]}}}}`;
      const told = await engine.run([what, 'inspect', '--format', format, ...names], { signal, okCodes: [0, 1] });
      return jsonLines(told, `docker ${what} inspect`);
    }),
  );
  return new Map(
    found.flat().map((item) => {
      const labels = labelsAt(item, 'labels');
      const [space = '', owner = ''] = [labels[SPACE], labels[PROCESS]];
      return [labels[PROJECT_LABEL] ?? '', { space, process: owner, created: textAt(item, 'created') }];
    }),
  );
}

async function isLeft({ space, process: owner, created }: Owner, now: Date): Promise<boolean> {
  if (space !== (await processSpace())) return now.getTime() - Date.parse(created) > DAY_MS;
  const [pid = '', startTime = ''] = owner.split(' ');
  return !(await isAlive({ pid: Number(pid), startTime }));
}
