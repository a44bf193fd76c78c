import { expect, test } from 'vitest';
import { withoutRepeatedImports } from '../../chunk-imports.mjs';

test.each<[string, Readonly<Record<string, string>>, string]>([
  [
    'an import of a chunk that an earlier import loads is removed',
    { 'a.js': 'import{b}from"./b.js";import"./c.js";b();', 'b.js': 'import{c}from"./c.js";c();' },
    'import{b}from"./b.js";b();',
  ],
  [
    'also over several chunks',
    {
      'a.js': 'import"./b.js";import"./d.js";a();',
      'b.js': 'import"./c.js";b();',
      'c.js': 'import{d}from"./d.js";d();',
    },
    'import"./b.js";a();',
  ],
  [
    'an import that a later one loads stays, because the order would change',
    { 'a.js': 'import"./c.js";import{b}from"./b.js";b();', 'b.js': 'import{c}from"./c.js";c();' },
    'import"./c.js";import{b}from"./b.js";b();',
  ],
  [
    'an import with names stays',
    { 'a.js': 'import{b}from"./b.js";import{c as d,e}from"./c.js";b(d,e);', 'b.js': 'import"./c.js";b();' },
    'import{b}from"./b.js";import{c as d,e}from"./c.js";b(d,e);',
  ],
  [
    'packages, and text that looks like an import, stay',
    { 'a.js': 'import"./b.js";import"./c.js";import"node:fs";let x=`import"./c.js";`;', 'b.js': 'import"./c.js";' },
    'import"./b.js";import"node:fs";let x=`import"./c.js";`;',
  ],
  [
    'chunks that import each other end',
    { 'a.js': 'import"./b.js";import"./c.js";a();', 'b.js': 'import"./c.js";b();', 'c.js': 'import"./b.js";c();' },
    'import"./b.js";a();',
  ],
])('%s', (_, chunks, text) => {
  expect(withoutRepeatedImports(new Map(Object.entries(chunks))).get('a.js')).toBe(text);
});
