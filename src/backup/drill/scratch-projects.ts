import { labelsAt, textAt } from '../../base/json-path.ts';
import { withinMs } from '../../base/time-limit.ts';
import { jsonLines, outputLines } from '../../exec/answer.ts';
import { projectNames } from '../../exec/compose-project.ts';
import { type Docker, PROJECT_LABEL, projectFilter } from '../../exec/docker.ts';
import { identify, isAlive, processSpace } from '../../state/lock/process.ts';

/** Labels of every container and volume of a drill: the deployment, and the process that runs the drill. */
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

/** Removes the containers and volumes of a drill. Nothing happens if there are none. Throws ExternalError. */
export async function removeProject(engine: Docker, name: string): Promise<void> {
  const signal = withinMs(REMOVE_MS);
  // Another drill may remove the same containers and volumes at the same time.
  const options = { signal, timeoutMs: REMOVE_MS, okCodes: [0, 1] };
  const containers = outputLines(await engine.run(['ps', '-aq', ...projectFilter(name)], { signal }));
  if (containers.length > 0) await engine.run(['rm', '--force', '--volumes', ...containers], options);
  const volumes = await projectNames(engine, 'volume', name, signal);
  if (volumes.length > 0) await engine.run(['volume', 'rm', '--force', ...volumes], options);
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
  /** When the engine created the volume: an ISO time. */
  readonly created: string;
}

/** The drills of a deployment by their volume, which is created first and removed last. */
async function drillProjects(
  engine: Docker,
  deployment: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Owner>> {
  const filter = ['--filter', `label=${DEPLOYMENT}=${deployment}`];
  const names = outputLines(await engine.run(['volume', 'ls', '-q', ...filter], { signal }));
  if (names.length === 0) return new Map();
  const format = '{"labels":{{json .Labels}},"created":{{json .CreatedAt}}}';
  const told = await engine.run(['volume', 'inspect', '--format', format, ...names], { signal, okCodes: [0, 1] });
  return new Map(
    jsonLines(told, 'docker volume inspect').map((item) => {
      const labels = labelsAt(item, 'labels');
      const [space = '', owner = ''] = [labels[SPACE], labels[PROCESS]];
      return [labels[PROJECT_LABEL] ?? '', { space, process: owner, created: textAt(item, 'created') ?? '' }];
    }),
  );
}

async function isLeft({ space, process: owner, created }: Owner, now: Date): Promise<boolean> {
  if (space !== (await processSpace())) return now.getTime() - Date.parse(created) > DAY_MS;
  const [pid = '', startTime = ''] = owner.split(' ');
  return !(await isAlive({ pid: Number(pid), startTime }));
}
