import { at, listAt, textAt } from '../../../base/json-path.ts';
import { engineEnvironment, type ProjectContainer, projectContainers } from '../../../exec/compose-project.ts';
import type { Docker } from '../../../exec/docker.ts';

/** A container of the project with its configuration. Its environment may hold secrets: it is only compared. */
export interface LiveContainer extends Pick<ProjectContainer, 'service' | 'configHash' | 'compose'> {
  readonly state: string;
  readonly image: string;
  /** Id of its image. */
  readonly imageId: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly networks: readonly string[];
  /** Bytes; 0 for no limit. */
  readonly memory: number;
  readonly cpuShares: number;
  readonly restart: string;
}

const FIELDS =
  '{"state":{{json .State.Status}},"image":{{json .Config.Image}},"imageId":{{json .Image}},"env":{{json .Config.Env}},' +
  '"command":{{json .Config.Cmd}},"host":{{json .HostConfig}},"networks":{{json .NetworkSettings.Networks}}}';

/** All containers of the project, without those of `docker compose run`. */
export async function liveContainers(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<readonly LiveContainer[]> {
  return (await projectContainers(docker, project, FIELDS, signal)).map(liveContainer);
}

function liveContainer({ service, configHash, compose, fields }: ProjectContainer): LiveContainer {
  return {
    service,
    configHash,
    compose,
    imageId: textAt(fields, 'imageId'),
    state: textAt(fields, 'state'),
    image: textAt(fields, 'image'),
    environment: engineEnvironment(listAt(fields, 'env')),
    command: listAt(fields, 'command').map(String),
    networks: Object.keys((at(fields, 'networks') as Record<string, unknown> | null) ?? {}).sort(),
    memory: Number(at(fields, 'host', 'Memory') ?? 0),
    cpuShares: Number(at(fields, 'host', 'CpuShares') ?? 0),
    restart: textAt(fields, 'host', 'RestartPolicy', 'Name'),
  };
}
