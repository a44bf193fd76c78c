import { at, listAt, textAt } from '../../../base/json-path.ts';
import type { Drift } from '../drift.ts';
import { shownValues } from '../shown.ts';
import type { LiveContainer } from './containers.ts';
import { environmentDrift } from './environment.ts';
import { filled } from './filled.ts';
import { shortId } from './images.ts';
import type { RecordedProject } from './project.ts';

/** Differences between the recorded services and their containers. */
export function serviceDrift(project: RecordedProject, containers: readonly LiveContainer[]): readonly Drift[] {
  const known = Object.entries(project.services).flatMap(([name, service]) => {
    const own = containers.filter((container) => container.service === name);
    return ofService(project, name, service, own);
  });
  const others = new Set(containers.map(({ service }) => service).filter((name) => !(name in project.services)));
  return [...known, ...[...others].map((name): Drift => ({ kind: 'Service', name, change: 'added' }))];
}

function ofService(
  project: RecordedProject,
  name: string,
  service: unknown,
  containers: readonly LiveContainer[],
): readonly Drift[] {
  const replicas = Number(at(service, 'scale') ?? at(service, 'deploy', 'replicas') ?? 1);
  if (containers.length === 0 && replicas > 0) return [{ kind: 'Service', name, change: 'gone' }];
  const named = { kind: 'Service', name };
  const count: readonly Drift[] =
    containers.length === replicas
      ? []
      : [{ ...named, change: 'changed', path: 'containers', was: String(replicas), is: String(containers.length) }];
  const found = containers.flatMap((container) => ofContainer(project, named, service, container));
  const seen = new Set<string>();
  const unique = found.filter(({ path = '' }) => !seen.has(path) && seen.add(path));
  const isOther = unique.length === 0 && containers.some((container) => isOtherConfiguration(project, name, container));
  return [...count, ...unique, ...(isOther ? [{ ...named, change: 'changed' as const, path: 'configuration' }] : [])];
}

/**
 * True if Compose created the container from other files: covers mounts, ports, users and everything that is not
 * compared here.
 */
function isOtherConfiguration({ digests, compose }: RecordedProject, name: string, live: LiveContainer): boolean {
  const digest = digests[name];
  return digest !== undefined && compose === live.compose && digest !== live.configHash;
}

const STOPPED = new Set(['created', 'exited', 'dead', 'paused']);

function ofContainer(
  project: RecordedProject,
  named: { readonly kind: string; readonly name: string },
  service: unknown,
  live: LiveContainer,
): readonly Drift[] {
  const isJob = textAt(service, 'restart') === 'no';
  const networks = listAt(service, 'networks')
    .map((network) => `${project.name}_${String(network)}`)
    .sort();
  const memory = bytesOf(textAt(service, 'deploy', 'resources', 'limits', 'memory'));
  const shares = at(service, 'cpu_shares');
  const pairs: readonly (readonly [path: string, was: unknown, is: unknown])[] = [
    ['image', filled(textAt(service, 'image'), project.variables.known), live.image],
    ['image.id', shortened(project.images[live.image]), shortId(live.imageId)],
    ['networks', networks.join(', '), live.networks.join(', ')],
    ['memory', memory, live.memory],
    ['cpu_shares', typeof shares === 'number' ? shares : live.cpuShares, live.cpuShares],
    ['restart', textAt(service, 'restart'), live.restart],
    ['state', 'running', !isJob && STOPPED.has(live.state) ? live.state : 'running'],
  ];
  const command = listAt(service, 'command').map((word) => filled(String(word), project.variables.known));
  const isSameCommand =
    command.length === 0 || command.includes(undefined) || command.join('\0') === live.command.join('\0');
  return [
    ...pairs
      .filter(([, was, is]) => was !== undefined && was !== is)
      .map(([path, was, is]): Drift => changed(named, path, was, is)),
    ...(isSameCommand ? [] : [{ ...named, change: 'changed' as const, path: 'command' }]),
    ...environmentDrift(project, named, service, live),
  ];
}

function shortened(id: string | undefined): string | undefined {
  return id === undefined ? undefined : shortId(id);
}

function changed(
  named: { readonly kind: string; readonly name: string },
  path: string,
  was: unknown,
  is: unknown,
): Drift {
  return { ...named, change: is === undefined ? 'removed' : 'changed', path, ...shownValues('Service', path, was, is) };
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Bytes of Compose's units (`m` is 2^20). 0 if there is no limit. */
function bytesOf(text: string): number {
  const match = /^(\d+)([bkmg])b?$/i.exec(text);
  return match === null ? 0 : Number(match[1]) * (UNITS[(match[2] ?? 'b').toLowerCase()] ?? 1);
}
