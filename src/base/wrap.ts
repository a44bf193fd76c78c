/** A narrower column of text is not readable. */
const NARROWEST = 16;

/**
 * Returns words wrapped to `width` columns with an indent of `indent` spaces, and of `hanging` more from the second
 * line on. Keeps line breaks of the text. A word longer than a line is not split, so that it can be copied.
 */
export function wrap(text: string, width: number, indent: number, hanging = 0): readonly string[] {
  const room = Math.max(NARROWEST, width - indent - hanging);
  const margin = ' '.repeat(indent);
  return text.split('\n').flatMap((paragraph) => {
    const [first, ...more] = joinFitting(paragraph.split(/\s+/), ' ', room);
    return first === undefined ? [] : [margin + first, ...more.map((line) => margin + ' '.repeat(hanging) + line)];
  });
}

/** Joins pieces to lines of at most `room` columns. A longer piece has a line of its own. */
export function joinFitting(pieces: readonly string[], separator: string, room: number): readonly string[] {
  const lines: string[] = [];
  for (const piece of pieces.filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + separator.length + piece.length <= room) {
      lines[lines.length - 1] = last + separator + piece;
    } else lines.push(piece);
  }
  return lines;
}
