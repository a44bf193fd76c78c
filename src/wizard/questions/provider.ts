import type { FieldCondition, FieldQuestion } from '../../providers/question.ts';
import { type Answers, byDefault, type Offer, type Question, referenceTo } from '../question.ts';

type When = (answers: Answers) => boolean;

/**
 * Turns a provider's field questions into wizard questions. `block` is the path of the provider's block in the file.
 */
export function providerQuestions(
  block: string,
  isChosen: When,
  questions: readonly FieldQuestion[],
): readonly Question[] {
  const holds =
    (condition: FieldCondition): When =>
    ({ explicit }) =>
      condition((field) => explicit(`${block}.${field}`) !== undefined);
  return questions.map(
    ({ field, asked, required, when, byDefault: usual, variable, derived, choices, leftOut, ...rest }) => {
      const path = `${block}.${field}`;
      const applies = when === undefined ? undefined : holds(when);
      return {
        id: path,
        fills: [path],
        ...rest,
        asked: typeof asked === 'function' ? holds(asked) : asked,
        required: typeof required === 'function' ? holds(required) : required,
        when: (answers) => isChosen(answers) && applies?.(answers) !== false,
        ...(choices === undefined ? {} : { choices: () => choices }),
        ...(leftOut === undefined ? {} : { leftOut: () => leftOut }),
        ...(usual === undefined ? {} : { offer: byDefault(usual) }),
        ...(derived === undefined ? {} : { offer: offerOf(block, derived) }),
        ...(variable === undefined ? {} : { offer: referenceTo(variable, required === true) }),
      };
    },
  );
}

function offerOf(
  block: string,
  { from, value, reason }: NonNullable<FieldQuestion['derived']>,
): (answers: Answers) => Offer | undefined {
  return ({ explicit }) => {
    const of = explicit(`${block}.${from}`);
    return typeof of === 'string' ? { kind: 'derived', value: value(of), reason } : undefined;
  };
}
