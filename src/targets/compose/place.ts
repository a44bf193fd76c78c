import { sha256 } from '../../base/digest.ts';
import { textAt } from '../../evidence/read.ts';
import type { Place } from '../target.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';

/** Engine, directory and project, and what tells this engine from any other. */
export async function placeCompose(connection: Connection, signal: AbortSignal): Promise<Place> {
  const { docker, project } = connection;
  const [text, containers] = await Promise.all([
    docker.run(['info', '--format', '{{json .}}'], { signal }),
    readContainers(connection, signal),
  ]);
  const info: unknown = JSON.parse(text);
  const id = textAt(info, 'ID');
  const host = textAt(info, 'Name');
  const running = containers.filter(({ state }) => state === 'running').length;
  return {
    target: 'compose',
    identity: { ...(id === '' ? {} : { uid: id }), endpoint: `sha256:${sha256(host)}`, within: project.directory },
    facts: [
      { name: 'engine', value: `docker ${textAt(info, 'ServerVersion')} on ${host}` },
      { name: 'directory', value: project.directory },
      {
        name: 'project',
        value:
          containers.length === 0
            ? `${project.name}, new`
            : `${project.name}, ${running} of ${containers.length} containers run`,
      },
    ],
  };
}
