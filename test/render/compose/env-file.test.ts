import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvFile } from '../../../src/base/env-file.ts';
import { envFile } from '../../../src/render/compose/env-file.ts';

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

test('what is written is read back', () => {
  const value = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n\0\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(value, (text) => {
      expect(parseEnvFile(envFile(['note'], { A: text, B: 'b' }))).toEqual({ A: text, B: 'b' });
    }),
  );
});

test('a second line is refused without showing the value', () => {
  expect(() => envFile([], { KEY: 'hidden\nB=1' })).toThrow(
    /^the value of KEY has more than one line; a \.env file of Docker Compose holds one line for each value$/,
  );
});
