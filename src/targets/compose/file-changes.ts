import { parseEnvFile } from '../../base/env-file.ts';
import type { RenderedFile } from '../../render/rendered.ts';
import type { FieldChange, PlannedChange } from '../target.ts';
import { contentOf, droppedPaths, isLooser, type Paths } from './directory.ts';
import { lineChanges } from './file-lines.ts';

/**
 * Returns the changes of files: those that differ from the rendered set, and those of the previous revision that the
 * set no longer has.
 */
export async function fileChanges(
  directory: string,
  files: readonly RenderedFile[],
  earlier: Paths | undefined,
): Promise<readonly PlannedChange[]> {
  const changed = await Promise.all(files.map((file) => fileChange(directory, file)));
  const dropped = await Promise.all(
    droppedPaths(files, earlier).map(
      async (path): Promise<readonly PlannedChange[]> =>
        (await contentOf(directory, path)) === undefined ? [] : [{ action: 'delete', kind: 'File', name: path }],
    ),
  );
  return [...changed, ...dropped].flat();
}

async function fileChange(directory: string, { path, content, mode }: RenderedFile): Promise<readonly PlannedChange[]> {
  const [found, looser] = await Promise.all([contentOf(directory, path), isLooser(directory, path, mode)]);
  const named = { kind: 'File', name: path };
  if (found === undefined) return [{ action: 'create', ...named }];
  if (found === content && !looser) return [];
  // The names of the variables, so that an operator sees manual edits of `.env` before they are overwritten.
  const names = path === '.env' ? changedVariables(found, content) : [];
  const paths = [...names, ...(looser ? [`mode: to be 0${mode.toString(8)}`] : [])];
  const fields = [
    ...fieldsOf(path, names, found, content),
    ...(looser ? [{ path: `mode: to be 0${mode.toString(8)}` }] : []),
  ];
  return [{ action: 'change', ...named, ...(paths.length === 0 ? {} : { paths }), fields }];
}

/** compose.yaml has no line changes here: its services show the changes. */
function fieldsOf(path: string, variables: readonly string[], before: string, after: string): readonly FieldChange[] {
  if (path === '.env') return variables.map((variable) => ({ path: variable, secret: true }));
  return path === 'compose.yaml' ? [] : lineChanges(before, after);
}

/** Returns the names of the variables that differ, without values, which are secrets. */
function changedVariables(before: string, after: string): readonly string[] {
  const [old, next] = [parseEnvFile(before), parseEnvFile(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
  return names.filter((name) => old[name] !== next[name]);
}
