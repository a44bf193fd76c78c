import { cut } from '../../base/cut.ts';
import type { DryRunAnswer } from '../../exec/dry-run-question.ts';
import { type DryRun, dryRun } from '../../exec/kubectl-dry-run.ts';
import type { CollectContext } from '../evidence.ts';
import type { PlannedRequest } from '../rendered/dry-run.ts';
import { fromCluster } from './connect.ts';

/** The API server refuses one object. */
export interface Refusal {
  /** `Deployment dify-api`, `a pod of Deployment dify-api`. */
  readonly object: string;
  /** The API's reason: `Forbidden`, `Invalid`, `BadRequest`; empty if it gives none. */
  readonly reason: string;
  readonly text: string;
  /** True if the refusal is only for fields that the API does not know, which are dropped when helm applies. */
  readonly isDropped?: boolean;
}

/** Webhooks may need up to 30 s each; healthy ones answer in milliseconds. */
const ASK_MS = 90_000;
/** Characters; a webhook's message can be a page. */
const LONGEST_TEXT = 800;

type Answers = ReadonlyMap<PlannedRequest, Exclude<DryRunAnswer, 'taken'>>;

/**
 * What the API server would refuse of these requests, all of one namespace. Throws CollectionError if the dry run is
 * not possible.
 */
export async function refusalsIn(
  context: CollectContext,
  namespace: string,
  requests: readonly PlannedRequest[],
  resourceOf: DryRun['resourceOf'],
): Promise<readonly Refusal[]> {
  const ask = asker(context, namespace, resourceOf);
  const strict = await ask(requests, { verb: 'create', strict: true });
  const odd = new Map([...strict].filter(([, { text }]) => text.includes('strict decoding error')));
  const loose = await ask([...odd.keys()], { verb: 'create', strict: false });
  const answered = [...[...strict].filter(([one]) => !odd.has(one)), ...loose];
  const created: Answers = new Map(answered.filter(([one, answer]) => !isThereForGood(one, answer)));
  // An install updates an object that exists already: if its creation is refused, request an update instead.
  const objects = [...created.keys()].filter(({ isPod }) => !isPod);
  const applied = await ask(objects, { verb: 'apply', strict: false });
  const refused = [...created].flatMap(([one, answer]) => {
    const counting = one.isPod ? answer : countingOf(answer, applied.get(one));
    return counting === undefined ? [] : [refusal(one, counting)];
  });
  return [...[...odd].map(([one, answer]) => ({ ...refusal(one, answer), isDropped: true })), ...refused];
}

/**
 * True for an immutable Secret that exists. Its name is derived from its contents, so it is the planned one; in the dry
 * run, which has no values, it would look different.
 */
function isThereForGood({ object }: PlannedRequest, { reason }: Refused): boolean {
  return reason === 'AlreadyExists' && object.kind === 'Secret' && 'immutable' in object && object.immutable === true;
}

function asker(context: CollectContext, namespace: string, resourceOf: DryRun['resourceOf']) {
  const { runner, kubeArgs, questions, signal } = context;
  return async (requests: readonly PlannedRequest[], how: Pick<DryRun, 'verb' | 'strict'>): Promise<Answers> => {
    const objects = requests.map(({ object }) => object);
    const wanted = { ...how, namespace, objects, resourceOf, ask: questions?.ask, signal, timeoutMs: ASK_MS };
    const answers = await fromCluster(context, `create objects in namespace ${namespace}`, () =>
      dryRun(runner, kubeArgs, wanted),
    );
    return new Map(
      requests.flatMap((one, index) => {
        const answer = answers[index];
        return answer === undefined || answer === 'taken' ? [] : [[one, answer] as const];
      }),
    );
  };
}

type Refused = Exclude<DryRunAnswer, 'taken'>;

/**
 * The refusal that counts, from those of creating and of updating an object. An update is merged into the live object,
 * and helm's own merge may differ: if only the merged object is invalid, the refusal counts only for a field that is
 * immutable.
 */
function countingOf(asNew: Refused, asChange: Refused | undefined): Refused | undefined {
  if (asChange === undefined || asNew.reason !== 'AlreadyExists') return asChange && asNew;
  const isMerged = asChange.reason === 'Invalid' && !/immutable|updates to statefulset spec/i.test(asChange.text);
  return isMerged ? undefined : asChange;
}

function refusal({ label }: PlannedRequest, { reason, text }: Refused): Refusal {
  return { object: label, reason, text: cut(text, LONGEST_TEXT) };
}
