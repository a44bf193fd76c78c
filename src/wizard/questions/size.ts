import { isObject } from '../../base/json.ts';
import { DEFAULT_SET_NUMBERS, FIRST_SET, type SizeChoice, sizeOf } from '../../checklist/default-sets.ts';
import { replicasForLoad } from '../../deployment/load-replicas.ts';
import { type Answers, type Offer, type Question, whenever } from '../question.ts';

const known = whenever({ tier: ['test', 'prod'] });

/** Load and replicas. */
export const sizeQuestions: readonly Question[] = [
  {
    id: 'load.concurrentUsers',
    fills: ['load.concurrentUsers'],
    title: 'Users working at the same time',
    why: 'It decides the replicas that the file does not name, by a published figure and never below the tier. Leave empty to use the sizes of the tier.',
    kind: 'number',
    asked: 'more',
    when: known,
    required: false,
  },
  {
    id: 'load.documents',
    fills: ['load.documents'],
    title: 'Documents in knowledge bases',
    why: 'Decides how long it takes to embed everything again.',
    kind: 'number',
    asked: 'rarely',
    when: known,
    required: false,
  },
  replicas('api', 'It answers every request. With two replicas, one node may be lost.'),
  replicas('worker', 'It processes the queue: documents, workflows, mails.'),
  replicas('web', 'It serves the pages.'),
  replicas('sandbox', 'It runs the code of workflows.'),
];

function replicas(component: 'api' | 'worker' | 'web' | 'sandbox', why: string): Question {
  const path = `components.${component}.replicas`;
  return {
    id: path,
    fills: [path],
    title: `Replicas of ${component}`,
    why,
    kind: 'number',
    asked: 'rarely',
    when: known,
    required: true,
    offer: (answers) => replicasOffer(answers, component),
  };
}

/** The replicas without an answer: those that the load needs, at least those of the tier. With autoscaling, the minimum. */
function replicasOffer({ value, explicit }: Answers, component: 'api' | 'worker' | 'web' | 'sandbox'): Offer {
  const defaults = DEFAULT_SET_NUMBERS.find((number) => number === value('defaults')) ?? FIRST_SET;
  const choice: SizeChoice = { tier: value('tier') === 'prod' ? 'prod' : 'test', defaults };
  const size = sizeOf(choice, component);
  const users = value('load.concurrentUsers');
  const isScaled = explicit(`components.${component}.autoscaling`) !== undefined;
  if (typeof users !== 'number' || isScaled) return { kind: 'default', value: size.replicas };
  const type = value('target.type') === 'compose' ? 'compose' : 'kubernetes';
  const cpu = explicit(`components.${component}.resources.limits.cpu`);
  const variables = explicit(`components.${component}.extraEnv`);
  const replica = {
    limits: { cpu: cpu === undefined ? size.limits.cpu : String(cpu) },
    extraEnv: Object.fromEntries(
      Object.entries(isObject(variables) ? variables : {}).map(([key, one]) => [key, String(one)]),
    ),
  };
  const needed = replicasForLoad({ load: { concurrentUsers: users }, target: { type }, defaults }, component, replica);
  return { kind: 'default', value: Math.max(size.replicas, needed ?? 0) };
}
