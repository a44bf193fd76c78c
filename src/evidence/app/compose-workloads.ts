import { at, textAt } from '../../base/json-path.ts';
import { jsonAnswer, jsonLines } from '../../exec/answer.ts';
import type { CollectContext } from '../evidence.ts';
import type { RenderedSet } from '../rendered/set.ts';
import type { AppWorkload } from './workloads.ts';

/** A container of the project as `docker compose ps` prints it. */
interface Container {
  readonly id: string;
  readonly service: string;
  readonly image: string;
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`, or empty if the image has no health check. */
  readonly health: string;
  readonly exitCode: number;
}

interface Restarts {
  readonly count: number;
  readonly startedAt: string;
}

/** Compares every service of the rendered project with its containers. */
export async function composeWorkloads(
  context: CollectContext,
  project: string,
  rendered: RenderedSet,
): Promise<readonly AppWorkload[]> {
  const { runner, signal } = context;
  const { stdout } = await runner.run('docker', ['compose', '-p', project, 'ps', '-a', '--format', 'json'], { signal });
  const containers = parseContainers(stdout);
  const restarts = await restartsOf(context, containers);
  return rendered.objects.map(({ name }) => {
    const planned = rendered.workloads.find((workload) => workload.name === name);
    const own = containers.filter(({ service }) => service === name);
    return planned === undefined ? job(name, own) : workload(name, planned, own, restarts);
  });
}

/** Parses one JSON document a line; before Compose 2.21, one list. */
export function parseContainers(output: string): readonly Container[] {
  const text = output.trim();
  if (text === '') return [];
  const items: unknown = text.startsWith('[')
    ? jsonAnswer(text, 'docker compose ps')
    : jsonLines(text, 'docker compose ps');
  return (Array.isArray(items) ? items : []).map((item: unknown) => ({
    id: textAt(item, 'ID'),
    service: textAt(item, 'Service'),
    image: textAt(item, 'Image'),
    state: textAt(item, 'State'),
    health: textAt(item, 'Health'),
    exitCode: Number(at(item, 'ExitCode') ?? 0),
  }));
}

async function restartsOf(
  { runner, signal }: CollectContext,
  containers: readonly Container[],
): Promise<ReadonlyMap<string, Restarts>> {
  if (containers.length === 0) return new Map();
  const args = [
    'inspect',
    '--format',
    '{{.Id}} {{.RestartCount}} {{.State.StartedAt}}',
    ...containers.map(({ id }) => id),
  ];
  const { stdout } = await runner.run('docker', args, { signal });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return new Map(rows.map(([id = '', count = '0', startedAt = '']) => [id, { count: Number(count), startedAt }]));
}

function workload(
  name: string,
  planned: RenderedSet['workloads'][number],
  own: readonly Container[],
  restarts: ReadonlyMap<string, Restarts>,
): AppWorkload {
  const serves = ({ state, health }: Container): boolean =>
    state === 'running' && (health === 'healthy' || health === '');
  const found = own.map(({ id }) => [...restarts].find(([full]) => full.startsWith(id))?.[1]);
  const restarted = found.filter((one) => one !== undefined && one.count > 0);
  const held = own.find((container) => !serves(container));
  return {
    name,
    kind: 'workload',
    desired: planned.replicas,
    ready: own.filter(serves).length,
    images: [...new Set(own.map(({ image }) => image))],
    renderedImages: planned.images,
    restarts: restarted.reduce((sum, one) => sum + (one?.count ?? 0), 0),
    lastRestart: restarted
      .map((one) => one?.startedAt)
      .toSorted()
      .at(-1),
    simulated: false,
    holdup: held === undefined ? '' : stateOf(held),
  };
}

function job(name: string, own: readonly Container[]): AppWorkload {
  const ended = own.find(({ state, exitCode }) => state === 'exited' && exitCode === 0);
  const other = own[0];
  return {
    name,
    kind: 'job',
    desired: 1,
    ready: ended === undefined ? 0 : 1,
    images: [],
    renderedImages: [],
    restarts: 0,
    lastRestart: undefined,
    simulated: false,
    holdup: ended !== undefined || other === undefined ? '' : stateOf(other),
  };
}

function stateOf({ state, health, exitCode }: Container): string {
  if (state === 'running') return health;
  return state === 'exited' ? `exited with code ${exitCode}` : state;
}
