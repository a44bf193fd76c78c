import { listAt, textAt } from '../../../base/json-path.ts';
import { jsonLines } from '../../../exec/answer.ts';
import { engineEnvironment } from '../../../exec/compose-project.ts';
import type { Docker } from '../../../exec/docker.ts';
import type { Drift } from '../drift.ts';

/** An image of the engine: its id, and the environment that its containers inherit. */
export interface LiveImage {
  readonly id: string;
  readonly environment: Readonly<Record<string, string>>;
}

const FORMAT = '{"id":{{json .Id}},"env":{{json .Config.Env}}}';

/** Images by these names or ids; without those that the engine does not have. */
export async function liveImages(
  docker: Docker,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LiveImage>> {
  const found = await inspected(docker, names, signal);
  // Answers are in the order of the names, without the names: if one is missing, inspect each image separately.
  if (found.length === names.length) return pairs(names, found);
  const each = await Promise.all(names.map((name) => inspected(docker, [name], signal)));
  return pairs(
    names.filter((_, index) => each[index]?.length === 1),
    each.filter((one) => one.length === 1).flat(),
  );
}

async function inspected(docker: Docker, names: readonly string[], signal: AbortSignal): Promise<readonly LiveImage[]> {
  if (names.length === 0) return [];
  const told = await docker.run(['image', 'inspect', '--format', FORMAT, ...names], { signal, okCodes: [0, 1] });
  return jsonLines(told, 'docker image inspect').map((item) => ({
    id: textAt(item, 'id'),
    environment: engineEnvironment(listAt(item, 'env')),
  }));
}

function pairs(names: readonly string[], images: readonly LiveImage[]): ReadonlyMap<string, LiveImage> {
  return new Map(names.flatMap((name, index) => (images[index] === undefined ? [] : [[name, images[index]]])));
}

/** Image names that now have another id than at the last install, or do not exist. */
export function imageDrift(
  recorded: Readonly<Record<string, string>>,
  live: ReadonlyMap<string, LiveImage>,
): readonly Drift[] {
  return Object.entries(recorded).flatMap(([name, id]): readonly Drift[] => {
    const found = live.get(name)?.id;
    if (found === id) return [];
    if (found === undefined) return [{ kind: 'Image', name, change: 'gone' }];
    return [{ kind: 'Image', name, change: 'changed', path: 'id', was: shortId(id), is: shortId(found) }];
  });
}

/** `sha256:0123456789ab`, the length of docker's own short ids. */
export function shortId(id: string): string {
  return id.slice(0, 'sha256:'.length + 12);
}
