import { digestOf } from '../../base/digest.ts';
import { parseEnvFile } from '../../base/env-file.ts';
import { isObject } from '../../base/json.ts';
import { textAt } from '../../base/json-path.ts';
import { composeDrift } from '../../evidence/drift/compose/read.ts';
import { outputLines } from '../../exec/answer.ts';
import type { RenderedCompose } from '../../render/rendered.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { FieldChange, Plan, PlannedChange } from '../target.ts';
import { withDrift } from '../with-drift.ts';
import { writtenProject } from './compose-file.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';
import { contentOf } from './directory.ts';
import { draftDocument } from './draft-document.ts';
import { readersOfFiles, removedByDrift } from './drift.ts';
import { fileChanges } from './file-changes.ts';
import { replacementOf } from './interruptions.ts';
import { envChange } from './secret-changes.ts';
import { projectFields, serviceFields } from './service-fields.ts';
import { isReady, plannedServices, type ServiceView, viewServices } from './services.ts';

/**
 * Returns what an apply would do: files compared with the directory, services compared with the containers by Compose's
 * own digest of each service. Only reads. Throws ExternalError if the engine does not answer or Compose refuses the
 * files.
 */
export async function planCompose(
  connection: Connection,
  rendered: RenderedCompose,
  previous: Revision | undefined,
  signal: AbortSignal,
): Promise<Plan> {
  const { directory } = connection.project;
  const [files, hashes, containers, drift] = await Promise.all([
    fileChanges(directory, rendered.files, previous?.files),
    serviceHashes(connection, rendered, signal),
    readContainers(connection, signal),
    composeDrift(connection, signal),
  ]);
  const planned = plannedServices(rendered.project);
  const before = (await writtenProject(directory)) ?? rendered.project;
  const env = envChange(parseEnvFile((await contentOf(directory, '.env')) ?? ''), rendered);
  const views = viewServices(planned, containers);
  const ofServices = views.flatMap((view) =>
    serviceChange(view, hashes.get(view.name), (name) => serviceFields(name, before, rendered.project, env)),
  );
  const orphans = new Set(containers.map(({ service }) => service).filter((name) => !hashes.has(name)));
  const removed = [...orphans].map((name): PlannedChange => ({ action: 'delete', kind: 'Service', name }));
  const ofRelease = withDrift([...ofServices, ...removed], drift, releaseNames(rendered, connection.project.name));
  const ofFiles = files.map((change) =>
    change.name === 'compose.yaml' && change.fields !== undefined
      ? { ...change, fields: [...projectFields(before, rendered.project), ...change.fields] }
      : change,
  );
  const wantedFiles = new Set(rendered.files.map(({ path }) => `File/${path}`));
  const changes = [...withDrift(ofFiles, drift, wantedFiles), ...ofRelease];
  const changed = ofServices.filter(({ paths }) => paths?.includes('configuration')).map(({ name }) => name);
  const undone = removedByDrift(rendered.project, drift);
  return {
    changes,
    drift,
    secrets: env.secrets,
    rolls: [...new Set([...changed, ...undone])],
    ...replacementOf(views, changed, undone),
    touchesRelease: ofRelease.length > 0 || readersOfFiles(rendered.project, drift).length > 0,
    digest: digestOf({ changes, drift, services: planned, files: rendered.files.map(({ path }) => path) }),
  };
}

/** Returns the services, networks, volumes and images of the project, as `Kind/name`. */
function releaseNames({ project }: RenderedCompose, name: string): ReadonlySet<string> {
  const below = (key: string) => Object.keys(isObject(project[key]) ? project[key] : {});
  return new Set([
    ...below('services').map((service) => `Service/${service}`),
    ...below('networks').map((network) => `Network/${name}_${network}`),
    ...below('volumes').map((volume) => `Volume/${name}_${volume}`),
    ...Object.values(isObject(project.services) ? project.services : {}).map((one) => `Image/${textAt(one, 'image')}`),
  ]);
}

/**
 * Returns Compose's digest of each service, with variables replaced: a changed secret or mounted file (by its digest
 * label) is a changed service.
 */
export async function serviceHashes(
  { docker, project }: Connection,
  rendered: RenderedCompose,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const text = await docker.composeDraft(project, draftDocument(rendered), ['config', '--hash', '*'], { signal });
  return new Map(
    outputLines(text).map((line): [string, string] => {
      const [name = '', hash = ''] = line.trim().split(/\s+/);
      return [name, hash];
    }),
  );
}

function serviceChange(
  view: ServiceView,
  hash: string | undefined,
  fieldsOf: (name: string) => readonly FieldChange[],
): readonly PlannedChange[] {
  const { name, replicas, containers } = view;
  if (containers.length === 0) return replicas === 0 ? [] : [{ action: 'create', kind: 'Service', name }];
  const isOther = containers.some(({ configHash }) => configHash !== hash);
  const [found, wanted] = [String(containers.length), String(replicas)];
  const stopped = containers.filter((one) => isStopped(one.state) && !isReady(one, view)).map(({ state }) => state);
  const paths = [
    ...(isOther ? ['configuration'] : []),
    ...(found === wanted ? [] : [`containers: ${found}, to be ${wanted}`]),
    ...stopped.map((state) => `state: ${state}`),
  ];
  if (paths.length === 0) return [];
  const fields = [
    ...(isOther ? fieldsOf(name) : []),
    ...(found === wanted ? [] : [{ path: 'containers', was: found, is: wanted }]),
    ...[...new Set(stopped)].map((state) => ({ path: 'state', was: state, is: 'running' })),
  ];
  return [{ action: 'change', kind: 'Service', name, paths: [...new Set(paths)], fields }];
}

function isStopped(state: string): boolean {
  return ['created', 'exited', 'dead', 'paused'].includes(state);
}
