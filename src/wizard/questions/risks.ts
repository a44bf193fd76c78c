import { isObject, type Json } from '../../base/json.ts';
import { type AnswerCodec, type Answers, type Question, whenever } from '../question.ts';

/** The risks of some choices. Each fails a check until the file accepts it by name, with a reason. */
export const riskQuestions: readonly Question[] = [
  {
    id: 'acceptedRisks.vector-store',
    fills: ['acceptedRisks'],
    title: 'Why a single copy of the vector store is acceptable',
    why: 'If its node is lost, the bundled store is unavailable until a snapshot is restored. Preflight fails unless the file accepts this risk with a reason.',
    kind: 'text',
    asked: 'always',
    when: whenever({ tier: 'prod', 'vectorStore.mode': 'bundled' }),
    required: true,
    codec: acceptedRisk('vector-store.single-point-of-failure'),
  },
  {
    id: 'acceptedRisks.host',
    fills: ['acceptedRisks'],
    title: 'Why a single host is acceptable (leave empty to decide later)',
    why: 'Compose cannot survive the loss of its host. In prod, preflight fails until the file accepts this risk with a reason.',
    kind: 'text',
    asked: 'always',
    when: whenever({ tier: 'prod', 'target.type': 'compose' }),
    required: false,
    codec: acceptedRisk('host.single-point-of-failure'),
  },
];

/** Reads and writes the reason of one accepted risk in the list of all. */
function acceptedRisk(check: string): AnswerCodec {
  return {
    read: (answers) => {
      const entry = entries(answers).find((candidate) => candidate.check === check);
      return entry?.reason;
    },
    write: (reason, answers) => {
      const all = entries(answers);
      const at = all.findIndex((candidate) => candidate.check === check);
      return at < 0
        ? [...all, { check, reason }]
        : all.map((entry, index) => (index === at ? { ...entry, reason } : entry));
    },
  };
}

function entries({ explicit }: Pick<Answers, 'explicit'>): readonly Readonly<Record<string, Json>>[] {
  const list = explicit('acceptedRisks');
  return Array.isArray(list) ? (list.filter(isObject) as readonly Readonly<Record<string, Json>>[]) : [];
}
