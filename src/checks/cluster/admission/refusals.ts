import type { Refusal } from '../../../evidence/cluster/dry-run.ts';
import { isJudged } from '../quota-asked.ts';

/** What the refusals of a dry run say beside faults of their own. */
export interface Sorted {
  readonly faults: readonly Refusal[];
  /** Fields that the API does not know, and that it drops. */
  readonly dropped: readonly Refusal[];
  /** What could not be asked, each reason once. */
  readonly notAsked: readonly string[];
}

/** Checks that have told a refusal already, by the server's words. */
const TOLD: readonly (readonly [RegExp, check: string])[] = [
  [/User "[^"]*" cannot \S+ resource/, 'cluster.permissions'],
  [/because it is being terminated/, 'cluster.namespace'],
  [/no PriorityClass with name/, 'cluster.priority-class'],
  [/could not find the requested resource|no matches for kind/, 'cluster.kinds'],
];
const LIMIT_RANGE = /(maximum|minimum) (cpu|memory|storage) usage per (Container|PersistentVolumeClaim)/;
/** The server is busy, or a webhook takes no dry run: neither says anything of the object. */
const BUSY = new Set(['TooManyRequests', 'ServiceUnavailable', 'Timeout', 'ServerTimeout']);
const NO_DRY_RUN = /admission webhook "([^"]+)" does not support dry run/;

export interface Around {
  /** The Pod Security level that is enforced, where the namespace says it. */
  readonly enforces: string;
  /** Names of the ServiceAccounts that are made with the pods. */
  readonly serviceAccounts: readonly string[];
}

/** One finding per fault: what another check has told, or what is a matter of the dry run alone, is no fault here. */
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

/** A pod of a release that is there is counted by the quota already. */
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
  if (webhook !== undefined) return `webhook ${webhook} takes no dry run`;
  if (BUSY.has(reason)) return 'the API server had no time';
  const check = TOLD.find(([words]) => words.test(text))?.[1];
  return check === undefined ? undefined : `see ${check}`;
}
