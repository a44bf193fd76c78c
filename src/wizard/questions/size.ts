import { DEFAULT_SET_NUMBERS, FIRST_SET, type SizeChoice, sizeOf } from '../../checklist/default-sets.ts';
import { replicasForUsers } from '../../checklist/load.ts';
import { type Answers, type Offer, type Question, whenever } from '../question.ts';

const known = whenever({ tier: ['test', 'prod'] });

/** Load and replicas. */
export const sizeQuestions: readonly Question[] = [
  {
    id: 'load.concurrentUsers',
    fills: ['load.concurrentUsers'],
    title: 'Users working at the same time',
    why: 'It decides the number of api and worker replicas. Leave empty to use the sizes of the tier.',
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

function replicasOffer({ value }: Answers, component: 'api' | 'worker' | 'web' | 'sandbox'): Offer {
  const choice: SizeChoice = {
    tier: value('tier') === 'prod' ? 'prod' : 'test',
    defaults: DEFAULT_SET_NUMBERS.find((number) => number === value('defaults')) ?? FIRST_SET,
  };
  const usual = sizeOf(choice, component).replicas;
  const users = value('load.concurrentUsers');
  const scaled = component === 'api' || component === 'worker';
  const needed = scaled && typeof users === 'number' ? replicasForUsers(choice, component, users) : usual;
  if (needed === usual) return { kind: 'default', value: usual };
  return { kind: 'derived', value: needed, reason: `for ${String(users)} users at the same time` };
}
