import type { RenderedSet } from '../../../evidence/rendered/set.ts';
import { groupBy } from '../../judgement.ts';
import { type FitQuestion, findFitFailure } from './fit.ts';

/** Replicas of workloads by name. */
type Counts = ReadonlyMap<string, number>;

interface Limits {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

/** Upper limit of rounds. Each round lowers by what did not fit, so a few are enough. */
const MOST_ROUNDS = 12;

/** The limits of each workload that an autoscaler may grow. */
function growing({ workloads, autoscalers }: RenderedSet): readonly Limits[] {
  return workloads.flatMap(({ name, replicas }) => {
    const scales = autoscalers.find((one) => one.scales?.workload === name)?.scales;
    return scales === undefined || scales.most <= replicas ? [] : [{ name, least: replicas, most: scales.most }];
  });
}

/** The replicas of every autoscaled workload at its maximum. Empty if no autoscaler may grow one. */
export function maxima(planned: RenderedSet): Counts {
  return new Map(growing(planned).map(({ name, most }) => [name, most]));
}

/** The set with these numbers of replicas. */
export function withReplicas(planned: RenderedSet, counts: Counts): RenderedSet {
  const workloads = planned.workloads.map((one) => ({ ...one, replicas: counts.get(one.name) ?? one.replicas }));
  return { ...planned, workloads };
}

/**
 * Returns maxima that fit, only those that are lower than planned. Undefined if none were found: the nodes may be too
 * few for any growth.
 */
export function fittingMaxima(question: FitQuestion): Counts | undefined {
  const { planned } = question;
  const limits = growing(planned);
  let counts: Counts | undefined = maxima(planned);
  for (let round = 0; round < MOST_ROUNDS && counts !== undefined; round += 1) {
    const failure = findFitFailure({ ...question, planned: withReplicas(planned, counts) });
    if (failure === undefined) {
      const found = counts;
      return new Map([...found].filter(([name, count]) => limits.some((one) => one.name === name && count < one.most)));
    }
    counts = lowered(
      limits,
      counts,
      failure.unplaced.map(({ name }) => name),
    );
  }
  return undefined;
}

/** Lowers what did not fit; if that is of others, each workload by its share. Undefined if nothing can be lowered. */
function lowered(limits: readonly Limits[], counts: Counts, unplaced: readonly string[]): Counts | undefined {
  const excess = groupBy(unplaced, (name) => name);
  const above = limits.filter(({ name, least }) => (counts.get(name) ?? least) > least);
  if (above.length === 0) return undefined;
  const meant = above.filter(({ name }) => excess.has(name));
  const share = Math.ceil(unplaced.length / above.length);
  const changed = (meant.length > 0 ? meant : above).map(({ name, least }): [string, number] => {
    const count = (counts.get(name) ?? least) - (excess.get(name)?.length ?? share);
    return [name, Math.max(least, count)];
  });
  return new Map([...counts, ...changed]);
}
