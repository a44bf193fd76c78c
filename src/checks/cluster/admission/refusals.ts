import type { Refusal } from '../../../evidence/cluster/dry-run.ts';
import { isJudged } from '../quota-asked.ts';

/** The refusals of a dry run, sorted. `faults` are findings of this check. */
export interface Sorted {
  readonly faults: readonly Refusal[];
  /** Fields that the API does not know and drops. */
  readonly dropped: readonly Refusal[];
  /** Why some objects could not be checked; each reason once. */
  readonly notAsked: readonly string[];
}

/** Refusals that another check reports, by the words of the server. */
const TOLD: readonly (readonly [RegExp, check: string])[] = [
  [/User "[^"]*" cannot \S+ resource/, 'cluster.permissions'],
  [/because it is being terminated/, 'cluster.namespace'],
  [/no PriorityClass with name/, 'cluster.priority-class'],
  [/could not find the requested resource|no matches for kind/, 'cluster.kinds'],
];
const LIMIT_RANGE = /(maximum|minimum) (cpu|memory|storage) usage per (Container|PersistentVolumeClaim)/;
/** The server is busy, or a webhook does not support a dry run: neither says anything about the object. */
const BUSY = new Set(['TooManyRequests', 'ServiceUnavailable', 'Timeout', 'ServerTimeout']);
const NO_DRY_RUN = /admission webhook "([^"]+)" does not support dry run/;

export interface Around {
  /** The Pod Security level that the namespace enforces; empty if it is not known. */
  readonly enforces: string;
  /** Names of the ServiceAccounts that are created together with the pods. */
  readonly serviceAccounts: readonly string[];
}

/**
 * Sorts refusals so that each problem has one finding: a refusal that another check reports, or that only a dry run
 * has, is no finding here.
 */
export function sortRefusals(refusals: readonly Refusal[], around: Around): Sorted {
  const notAsked = new Set<string>();
  const faults = refusals.filter((refusal) => {
    if (refusal.isDropped === true || isTold(refusal, around)) return false;
    const why = notAskedBecause(refusal);
    if (why !== undefined) notAsked.add(why);
    return why === undefined;
  });
  return { faults, dropped: refusals.filter(({ isDropped }) => isDropped === true), notAsked: [...notAsked] };
}

function isTold(refusal: Refusal, { enforces, serviceAccounts }: Around): boolean {
  const { text } = refusal;
  const [, account] = /serviceaccount "([^"]+)" not found/.exec(text) ?? [];
  if (account !== undefined) return serviceAccounts.includes(account);
  if (text.includes('violates PodSecurity')) return enforces === 'baseline' || enforces === 'restricted';
  return isQuotas(refusal) || LIMIT_RANGE.test(text);
}

/** True if `cluster.quota` judges the refusal. The quota already counts the pods of an existing release. */
function isQuotas({ object, text }: Refusal): boolean {
  const names = /exceeded quota: \S+, requested: (\S+), used:/.exec(text)?.[1];
  if (names !== undefined) {
    const requested = names.split(',').map((one) => one.split('=')[0] ?? '');
    return object.startsWith('a pod of') || requested.some(isJudged);
  }
  return /failed quota: .* must specify .*(cpu|memory)/.test(text);
}

function notAskedBecause({ reason, text }: Refusal): string | undefined {
  const webhook = NO_DRY_RUN.exec(text)?.[1];
  if (webhook !== undefined) return `webhook ${webhook} supports no dry run`;
  if (BUSY.has(reason)) return 'the API server was busy';
  const check = TOLD.find(([words]) => words.test(text))?.[1];
  return check === undefined ? undefined : `see ${check}`;
}
