import { wrap } from '../base/wrap.ts';
import type { AuditVerdict } from '../checks/check.ts';
import { paint, type Style, sign, type Tone } from './style.ts';

/** `grade F (12 of 100)` */
export function gradeText({ grade, score }: AuditVerdict): string {
  return `grade ${grade} (${score} of 100)`;
}

/** The verdict below the results: the grade, the findings with the highest risk, and what difyctl would change. */
export function verdictLines(verdict: AuditVerdict, style: Style): readonly string[] {
  const { worst, changes } = verdict;
  // `indent`: columns before the text.
  const entry = (lead: string, indent: number, text: string): readonly string[] => {
    const [first = '', ...more] = wrap(text, style.width, indent);
    return [`  ${lead}  ${first.trim()}`, ...more];
  };
  return [
    '',
    `  ${paint(style, toneOf(verdict), `Grade ${verdict.grade}`)}   ${verdict.score} of 100`,
    ...(worst.length === 0 ? [] : ['', `  ${paint(style, 'strong', 'Worst by risk (1 to 10)')}`]),
    ...worst.flatMap(({ id, status, risk, message }) =>
      entry(`${sign(style, status)} ${String(risk).padStart(2)}`, 8, `${id}: ${message}`),
    ),
    ...(changes.length === 0 ? [] : ['', `  ${paint(style, 'strong', 'What difyctl would change')}`]),
    ...changes.flatMap(({ id, change }) => entry('-', 5, `${id}: difyctl ${change}`)),
  ];
}

function toneOf({ grade }: AuditVerdict): Tone {
  if (grade === 'A' || grade === 'B') return 'good';
  return grade === 'C' || grade === 'D' ? 'care' : 'bad';
}
