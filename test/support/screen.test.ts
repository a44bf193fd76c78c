import { expect, test } from 'vitest';
import { Screen } from './screen.ts';

function shown(bytes: string, cols = 10): string {
  const screen = new Screen(cols);
  screen.write(bytes);
  return screen.text;
}

test.each([
  ['lines', 'one\r\ntwo', 'one\ntwo'],
  ['a line that is longer than the screen', 'abcdefghijkl', 'abcdefghij\nkl'],
  ['colours', '\u001b[1mbold\u001b[22m', 'bold'],
  ['a line that is written again', 'first\r\u001b[2Know', 'now'],
  ['lines that are erased upwards', 'one\r\ntwo\r\n\u001b[2K\u001b[1A\u001b[2K\u001b[Gnew', 'one\nnew'],
  ['what is erased below', 'one\r\ntwo\r\nthree\u001b[2A\u001b[4G\u001b[J', 'one'],
  ['a cursor that is moved', 'abc\u001b[2Dx\u001b[1Cy', 'axcy'],
])('%s', (_, bytes, text) => {
  expect(shown(bytes)).toBe(text);
});

test('reads a sequence in two pieces', () => {
  const screen = new Screen(10);
  for (const piece of ['ab\u001b', '[1', 'Dc']) screen.write(piece);
  expect(screen.text).toBe('ac');
});

test('throws on an unknown sequence', () => {
  expect(() => shown('\u001b[3S')).toThrow('does not know');
});
