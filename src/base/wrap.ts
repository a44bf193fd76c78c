/** Narrower than this a column of text is no longer read. */
const NARROWEST = 16;

/**
 * Words folded to `width` columns behind `indent` spaces, further lines behind `hanging` more; line breaks of the text are kept, and a word longer
 * than a line stays whole, so that it can be pasted.
 */
export function wrap(text: string, width: number, indent: number, hanging = 0): readonly string[] {
  const room = Math.max(NARROWEST, width - indent - hanging);
  const margin = ' '.repeat(indent);
  return text.split('\n').flatMap((paragraph) => {
    const [first, ...more] = joinFitting(paragraph.split(/\s+/), ' ', room);
    return first === undefined ? [] : [margin + first, ...more.map((line) => margin + ' '.repeat(hanging) + line)];
  });
}

/** Pieces joined to lines of at most `room` columns; a piece that is longer has a line of its own. */
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
