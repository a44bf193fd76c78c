import { isObject } from '../../../base/json.ts';
import { at, listAt, textAt } from '../../../base/json-path.ts';
import type { Drift } from '../drift.ts';
import { shownValues } from '../shown.ts';
import type { LiveContainer } from './containers.ts';

/** The recorded project, and what its variables stand for; undefined if `.env` is not the recorded one. */
export interface RecordedProject {
  readonly name: string;
  readonly services: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>> | undefined;
}

/** Services whose containers are not what the recorded project asks for. */
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
  return [...count, ...unique];
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
    ['image', filled(textAt(service, 'image'), project.env), live.image],
    ['networks', networks.join(', '), live.networks.join(', ')],
    ['memory', memory, live.memory],
    ['cpu_shares', typeof shares === 'number' ? shares : live.cpuShares, live.cpuShares],
    ['restart', textAt(service, 'restart'), live.restart],
    ['state', 'running', !isJob && STOPPED.has(live.state) ? live.state : 'running'],
  ];
  const command = listAt(service, 'command').map((word) => filled(String(word), project.env));
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

function environmentDrift(
  { env }: RecordedProject,
  named: { readonly kind: string; readonly name: string },
  service: unknown,
  { environment }: LiveContainer,
): readonly Drift[] {
  const asked = at(service, 'environment');
  return Object.entries(isObject(asked) ? asked : {}).flatMap(([key, value]): readonly Drift[] => {
    const text = String(value);
    const wanted = filled(text, env);
    const found = environment[key];
    if (wanted === undefined || wanted === found) return [];
    const path = `environment.${key}`;
    if (text.includes('${'))
      return [{ ...named, change: found === undefined ? 'removed' : 'changed', path, secret: true }];
    return [changed(named, path, wanted, found)];
  });
}

function changed(
  named: { readonly kind: string; readonly name: string },
  path: string,
  was: unknown,
  is: unknown,
): Drift {
  return { ...named, change: is === undefined ? 'removed' : 'changed', path, ...shownValues('Service', path, was, is) };
}

/** A text of compose.yaml with what its variables stand for; undefined if that is not known. */
function filled(text: string, env: RecordedProject['env']): string | undefined {
  if (env === undefined && text.includes('${')) return undefined;
  return text.replaceAll(/\$\$|\$\{(\w+)\?[^}]*\}/g, (form, name: string | undefined) =>
    name === undefined ? '$' : (env?.[name] ?? form),
  );
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Compose's own unit: `m` is 2^20 bytes. 0 if there is no limit. */
function bytesOf(text: string): number {
  const match = /^(\d+)([bkmg])b?$/i.exec(text);
  return match === null ? 0 : Number(match[1]) * (UNITS[(match[2] ?? 'b').toLowerCase()] ?? 1);
}
