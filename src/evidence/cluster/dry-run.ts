import { cut } from '../../base/cut.ts';
import { type DryRun, type DryRunAnswer, dryRun } from '../../exec/kubectl-dry-run.ts';
import type { CollectContext } from '../evidence.ts';
import type { PlannedRequest } from '../rendered/dry-run.ts';
import { fromCluster } from './connect.ts';

/** The API server's word on one object that it would not take. */
export interface Refusal {
  /** `Deployment dify-api`, `a pod of Deployment dify-api`. */
  readonly object: string;
  /** The API's own word: `Forbidden`, `Invalid`, `BadRequest`; empty where it gave none. */
  readonly reason: string;
  readonly text: string;
  /** True where it would be taken without the fields that the API does not know, which helm lets it drop. */
  readonly isDropped?: boolean;
}

/** Webhooks may take up to 30 s each; healthy ones answer in milliseconds. */
const ASK_MS = 90_000;
/** A webhook's sentence can be a page. */
const LONGEST_TEXT = 800;

type Answers = ReadonlyMap<PlannedRequest, Exclude<DryRunAnswer, 'taken'>>;

/** What the API server would refuse of these, which are all of one namespace. Throws EvidenceMissing where it could not be asked. */
export async function refusalsIn(
  context: CollectContext,
  namespace: string,
  requests: readonly PlannedRequest[],
): Promise<readonly Refusal[]> {
  const ask = asker(context, namespace);
  const strict = await ask(requests, { verb: 'create', strict: true });
  const odd = new Map([...strict].filter(([, { text }]) => text.includes('strict decoding error')));
  const loose = await ask([...odd.keys()], { verb: 'create', strict: false });
  const answered = [...[...strict].filter(([one]) => !odd.has(one)), ...loose];
  const created: Answers = new Map(answered.filter(([one, answer]) => !isThereForGood(one, answer)));
  // What is there already is changed by an install, not made: one that is refused as new is asked for as a change.
  const objects = [...created.keys()].filter(({ isPod }) => !isPod);
  const applied = await ask(objects, { verb: 'apply', strict: false });
  const refused = [...created].flatMap(([one, answer]) => {
    const counting = one.isPod ? answer : countingOf(answer, applied.get(one));
    return counting === undefined ? [] : [refusal(one, counting)];
  });
  return [...[...odd].map(([one, answer]) => ({ ...refusal(one, answer), isDropped: true })), ...refused];
}

/** A Secret that never changes is named after what it holds: the one that is there is the one that is planned. Asked for without its values, it would seem another. */
function isThereForGood({ object }: PlannedRequest, { reason }: Refused): boolean {
  return reason === 'AlreadyExists' && object.kind === 'Secret' && 'immutable' in object && object.immutable === true;
}

function asker(context: CollectContext, namespace: string) {
  const { runner, kubeArgs, signal } = context;
  return async (requests: readonly PlannedRequest[], how: Pick<DryRun, 'verb' | 'strict'>): Promise<Answers> => {
    const objects = requests.map(({ object }) => object);
    const wanted = { ...how, namespace, objects, signal, timeoutMs: ASK_MS };
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
 * The answer to a new object, and to it as a change. A change is merged into what is there, where helm's own merge may come out otherwise: what is
 * invalid only then counts where the field may never change.
 */
function countingOf(asNew: Refused, asChange: Refused | undefined): Refused | undefined {
  if (asChange === undefined || asNew.reason !== 'AlreadyExists') return asChange && asNew;
  const isMerged = asChange.reason === 'Invalid' && !/immutable|updates to statefulset spec/i.test(asChange.text);
  return isMerged ? undefined : asChange;
}

function refusal({ label }: PlannedRequest, { reason, text }: Refused): Refusal {
  return { object: label, reason, text: cut(text, LONGEST_TEXT) };
}
