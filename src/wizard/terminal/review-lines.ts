import { wrap } from '../../base/wrap.ts';
import type { Note } from '../io.ts';
import type { Review } from '../review.ts';
import { paletteOf, type Theme } from './theme.ts';

const SUBJECT_WIDTH = 12;

/**
 * The lines of the review for a terminal: one row per subject with wrapped text; on a narrow terminal the text is below
 * the subject.
 */
export function reviewLines(review: Review, look: Theme): readonly string[] {
  const { bad, bold } = paletteOf(look);
  const open = review.open.length === 0 ? ['nothing'] : review.open;
  return [
    '',
    `  ${bold('Review')}`,
    ...review.rows.flatMap(({ subject, text }) => rowLines(subject, text, look)),
    ...changeRows(review, look),
    ...review.notes.flatMap((note) => rowLines('check', note, look)),
    ...open.flatMap((point, index) =>
      rowLines(index === 0 ? 'missing' : '', point, look).map((line) => (review.open.length === 0 ? line : bad(line))),
    ),
    '',
  ];
}

function changeRows({ changes }: Review, look: Theme): readonly string[] {
  if (changes === undefined) return [];
  return rowLines('changes', changes.length === 0 ? 'none' : changes.join('\n'), look);
}

/** The lines of notes between two questions: sentences wrapped, table rows with aligned labels. */
export function noteLines(notes: readonly Note[], look: Theme): readonly string[] {
  const { dim } = paletteOf(look);
  const labels = notes.flatMap((note) => (typeof note === 'string' ? [] : [note.label.length]));
  const width = Math.max(0, ...labels) + 2;
  return notes
    .flatMap((note) =>
      typeof note === 'string' ? wrap(note, look.width - 1, 4) : rowLines(note.label, note.text, look, width),
    )
    .map((line) => dim(line));
}

function rowLines(subject: string, text: string, look: Theme, subjectWidth = SUBJECT_WIDTH): readonly string[] {
  if (look.width < 60) return [...(subject === '' ? [] : [`    ${subject}`]), ...wrap(text, look.width - 1, 6)];
  return wrap(text, look.width - 1, 4 + subjectWidth).map((line, index) =>
    index === 0 ? `    ${subject.padEnd(subjectWidth)}${line.trimStart()}` : line,
  );
}
