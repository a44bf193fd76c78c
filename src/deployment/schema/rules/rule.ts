import type { Path } from '../../paths.ts';
import type { Deployment } from '../deployment.ts';

/** What a rule found. A problem makes the file invalid; a warning is worth a word. A path as text has dots, also before list indices; keys that hold dots themselves need the steps. */
export interface Finding {
  readonly kind: 'problem' | 'warning';
  readonly path: string | Path;
  readonly message: string;
}

/** Judges a deployment of which sections may be missing because they are wrong by themselves. */
export type Rule = (sections: Partial<Deployment>) => readonly Finding[];

/** A rule between the named sections; it is silent while one of them is missing. */
export function rule<K extends keyof Deployment>(
  needs: readonly K[],
  find: (deployment: Pick<Deployment, K>) => readonly (Finding | false | undefined)[],
): Rule {
  return (sections) => {
    // A section that is absent by nature (`load`, `recovery`) is there as undefined; one that is wrong has no entry at all.
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
