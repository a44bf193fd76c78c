/** Narrower than this a column of text is no longer read. */
const NARROWEST = 16;

/** Words folded to `width` columns behind `indent` spaces, line breaks of the text kept; a word longer than a line stays whole, so that it can be pasted. */
export function wrap(text: string, width: number, indent: number): readonly string[] {
  const room = Math.max(NARROWEST, width - indent);
  const margin = ' '.repeat(indent);
  return text.split('\n').flatMap((paragraph) => fold(paragraph, room).map((line) => margin + line));
}

function fold(paragraph: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** `4.3 s`, `120 ms`, `2m 5s`. */
export function elapsed(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}
