import type { Path } from '../../paths.ts';
import type { Deployment } from '../deployment.ts';

/**
 * One result of a rule. A problem makes the file invalid; a warning does not. A path as text uses dots, also before
 * list indices; keys that contain dots need a path in steps.
 */
export interface Finding {
  readonly kind: 'problem' | 'warning';
  readonly path: string | Path;
  readonly message: string;
}

/** Checks a deployment. Sections that are invalid on their own are missing from it. */
export type Rule = (sections: Partial<Deployment>) => readonly Finding[];

/** Creates a rule that reads the named sections. It returns nothing if one of them is invalid. */
export function rule<K extends keyof Deployment>(
  needs: readonly K[],
  find: (deployment: Pick<Deployment, K>) => readonly (Finding | false | undefined)[],
): Rule {
  return (sections) => {
    // Optional sections are present with value undefined (`load`, `recovery`); invalid sections are missing.
    if (!needs.every((key) => key in sections)) return [];
    return find(sections as Pick<Deployment, K>).filter((found) => found !== undefined && found !== false);
  };
}

export function problem(path: string | Path, message: string): Finding {
  return { kind: 'problem', path, message };
}

export function warning(path: string | Path, message: string): Finding {
  return { kind: 'warning', path, message };
}
