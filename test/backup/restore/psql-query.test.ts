import { expect, it } from 'vitest';
import { sqlName, withLiterals } from '../../../src/backup/restore/psql-query.ts';

it.each([
  ['SELECT $1', ["it's"], "SELECT 'it''s'"],
  ['a = ANY($1) AND b = $2', [['x', "y'z"], 'w'], "a = ANY(ARRAY['x', 'y''z']::text[]) AND b = 'w'"],
  ['unnest($1::text[])', [[]], 'unnest(ARRAY[]::text[]::text[])'],
  ['id > $1::uuid', ['00-$2'], "id > '00-$2'::uuid"],
])('parameters of %s become literals', (text, values, expected) => {
  expect(withLiterals(text, values)).toBe(expected);
});

it('a name is quoted', () => {
  expect(sqlName('dify"; DROP')).toBe('"dify""; DROP"');
});
