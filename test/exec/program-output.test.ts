import { expect, it } from 'vitest';
import { BoundedBytes, ErrorLines } from '../../src/exec/program-output.ts';

it('bytes are joined up to the limit, and a character that is split over two pieces is whole', () => {
  const bytes = new BoundedBytes(6);
  const [text, more] = [Buffer.from('aéb'), Buffer.from('cde')];
  expect([text.subarray(0, 2), text.subarray(2), more, more.subarray(0, 2)].map((piece) => bytes.push(piece))).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(bytes.text()).toBe('aébcd');
});

it('lines are emitted as they end, in any pieces', () => {
  const lines = new ErrorLines();
  const text = Buffer.from('één\n\ntwo\nrest');
  const given = [0, 1, 3, 6, 9, text.length].map((to, at, all) => lines.push(text.subarray(all[at - 1] ?? 0, to)));
  expect([given.flat(), lines.last(), lines.text()]).toEqual([['één', '', 'two'], 'rest', 'één\n\ntwo\nrest']);
});

it('a line without an end is cut', () => {
  const lines = new ErrorLines();
  for (let turn = 0; turn < 100; turn += 1) lines.push(Buffer.alloc(10_000, 'x'));
  expect(lines.push(Buffer.from('y\nz'))).toEqual([`${'x'.repeat(65_536)}…`]);
  expect(lines.last()).toBe('z');
});

it('of endless lines the last ones are kept', () => {
  const lines = new ErrorLines();
  for (let turn = 0; turn < 400; turn += 1) lines.push(Buffer.from(`${'line\n'.repeat(2_000)}${turn}\n`));
  const kept = lines.text();
  expect([kept.length < 2 ** 21, kept.length > 2 ** 20, kept.slice(-14)]).toEqual([
    true,
    true,
    'line\nline\n399\n'.slice(-14),
  ]);
});
