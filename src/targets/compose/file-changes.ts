import { parseEnvFile } from '../../base/env-file.ts';
import type { RenderedFile } from '../../render/rendered.ts';
import type { Change } from '../target.ts';
import { contentOf, droppedPaths, isLooser, type Paths } from './directory.ts';

/** Files that differ from the rendered set, and those of the revision before that the set no longer has. */
export async function fileChanges(
  directory: string,
  files: readonly RenderedFile[],
  earlier: Paths | undefined,
): Promise<readonly Change[]> {
  const changed = await Promise.all(files.map((file) => fileChange(directory, file)));
  const dropped = await Promise.all(
    droppedPaths(files, earlier).map(
      async (path): Promise<readonly Change[]> =>
        (await contentOf(directory, path)) === undefined ? [] : [{ action: 'delete', kind: 'File', name: path }],
    ),
  );
  return [...changed, ...dropped].flat();
}

async function fileChange(directory: string, { path, content, mode }: RenderedFile): Promise<readonly Change[]> {
  const [found, looser] = await Promise.all([contentOf(directory, path), isLooser(directory, path, mode)]);
  const named = { kind: 'File', name: path };
  if (found === undefined) return [{ action: 'create', ...named }];
  const paths = [
    // Which variables, by name: what somebody wrote into `.env` by hand is seen before it goes.
    ...(found === content ? [] : path === '.env' ? changedVariables(found, content) : []),
    ...(looser ? [`mode: to be 0${mode.toString(8)}`] : []),
  ];
  if (found === content && !looser) return [];
  return [{ action: 'change', ...named, ...(paths.length === 0 ? {} : { paths }) }];
}

/** Names alone: the values are secrets. */
function changedVariables(before: string, after: string): readonly string[] {
  const [old, next] = [parseEnvFile(before), parseEnvFile(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
  return names.filter((name) => old[name] !== next[name]);
}
