import { sha256 } from '../../base/digest.ts';
import { textAt } from '../../base/json-path.ts';
import { counted } from '../../base/words.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { refuseForeignProject } from '../../state/compose/project-ownership.ts';
import type { TargetLocation } from '../target.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';
import { viewProject } from './inspect.ts';

/**
 * Returns the engine, directory and project, and the identity of the engine. Throws UserError if the project runs from
 * another directory.
 */
export async function locateCompose(connection: Connection, signal: AbortSignal): Promise<TargetLocation> {
  const { docker, project } = connection;
  const [text, containers] = await Promise.all([
    docker.run(['info', '--format', '{{json .}}'], { signal }),
    readContainers(connection, signal),
  ]);
  const homes = containers.map(({ home }) => home).filter((home) => home !== '');
  await refuseForeignProject(project.name, project.directory, homes);
  const views = await viewProject(connection, containers);
  const ready = views.filter(({ settled }) => settled).length;
  const info: unknown = jsonAnswer(text, 'docker info');
  const id = textAt(info, 'ID');
  const host = textAt(info, 'Name');
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
            : `${project.name}, ${ready} of ${counted(views.length, 'service')} ready`,
      },
    ],
  };
}
