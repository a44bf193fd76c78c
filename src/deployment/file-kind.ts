import { findFlag, flagForPath } from './flags.ts';
import { formatPath, type Path } from './paths.ts';
import { describe } from './schema/descriptions.ts';
import { DEPLOYMENT_SHAPE, type Shape } from './schema/shape.ts';

/** The shape of a kind of file, with the texts for its problems. */
export interface FileKind {
  readonly shape: Shape;
  /** Returns the meaning of a field. Undefined if it has none. */
  describe(path: Path): string | undefined;
  /** Returns the flag that sets a field. Undefined if there is none. */
  flagFor(path: Path): string | undefined;
}

export const DEPLOYMENT_FILE: FileKind = {
  shape: DEPLOYMENT_SHAPE,
  describe,
  flagFor: (path) => {
    const flag = flagForPath(formatPath(path));
    return findFlag(flag) === undefined ? undefined : flag;
  },
};
