import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envFile, parseEnvFile } from '../../src/base/env-file.ts';

const ROWS = [
  ['plain', `A='plain'`],
  ['', `A=''`],
  ['$HOME #x "y"', `A='$HOME #x "y"'`],
  ["it's", `A="it's"`],
  ['ends in \\', String.raw`A="ends in \\"`],
  [`'"$\\`, String.raw`A="'\"\$\\"`],
] as const;
test.each(ROWS)('%j', (value, line) => {
  expect(envFile([], { A: value })).toBe(`${line}\n`);
});

test('a value that was written is read back', () => {
  const value = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n\0\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(value, (text) => {
      expect(parseEnvFile(envFile(['note'], { A: text, B: 'b' }))).toEqual({ A: text, B: 'b' });
    }),
  );
});

test('a second line is refused without showing the value', () => {
  expect(() => envFile([], { KEY: 'hidden\nB=1' })).toThrow(
    /^the value of KEY has more than one line; in a \.env file of Docker Compose, each value is one line$/,
  );
});

/** A line, and the value that `docker compose config` (2.24 and 5.6) gives it behind `PLAIN=one # c`. */
const READ = [
  ['A=one # c', 'one'],
  ['A=one#c', 'one#c'],
  ['A="x" # d', 'x'],
  [`A='y # z' # d`, 'y # z'],
  [String.raw`A="a\nb"`, 'a\nb'],
  [String.raw`A="a\tb"`, 'a\tb'],
  [String.raw`A="a\"b\\c\$d"`, String.raw`a"b\c$d`],
  [String.raw`A="a\qb"`, String.raw`a\qb`],
  [String.raw`A="q\\"`, 'q\\'],
  [String.raw`A=a\nb`, String.raw`a\nb`],
  [String.raw`A='a$b\n'`, String.raw`a$b\n`],
  [String.raw`A='a\'b'`, `a'b`],
  ['A=a$$b', 'a$b'],
  ['  export A = padded  ', 'padded'],
  ['A: yes', 'yes'],
  ['A=', ''],
  ['A=""', ''],
  ['A= # only a comment', '# only a comment'],
  ['A=a"b"c', 'a"b"c'],
  ['A="x"y', 'x'],
  [`A=\${PLAIN}-x`, 'one-x'],
  [`A="$PLAIN \${PLAIN}"`, 'one one'],
  [`A='\${PLAIN}'`, `\${PLAIN}`],
  [`A=\${PLAIN:-x}\${NOPE:-def}`, 'onedef'],
  [`A=\${NOPE}`, ''],
] as const;
test.each(READ)('%j is read as compose reads it', (line, value) => {
  expect(parseEnvFile(`PLAIN=one # c\n# A=comment\n${line}\n`)).toEqual({ PLAIN: 'one', A: value });
});
