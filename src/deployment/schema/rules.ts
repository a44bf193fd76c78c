import type { PathProblem } from '../paths.ts';
import type { Deployment } from './deployment.ts';

export function judgeRules(_sections: Partial<Deployment>): {
  readonly problems: readonly PathProblem[];
  readonly warnings: readonly PathProblem[];
} {
  return { problems: [], warnings: [] };
}
