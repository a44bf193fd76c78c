import { findFlag, flagForPath } from './flags.ts';
import { formatPath, type Path } from './paths.ts';
import { describe } from './schema/descriptions.ts';
import { DEPLOYMENT_SHAPE, type Shape } from './schema/shape.ts';

/** What may stand in a kind of file, so that its faults are told in its own words. */
export interface FileKind {
  readonly shape: Shape;
  /** What a field means. */
  describe(path: Path): string | undefined;
  /** The flag that gives what is missing, where there is one. */
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
