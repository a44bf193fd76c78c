import { expect, test } from 'vitest';
import { elements, rootOf, textOf } from '../../src/storage/xml.ts';

const LIST = `<?xml version="1.0" encoding="UTF-8"?>
<s3:ListBucketResult xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/"><Name>dify</Name>
<Contents><Key>a&amp;b</Key><ETag/></Contents><Contents class="x"><Key> c </Key></Contents><Contents/></s3:ListBucketResult>`;

test('the elements of a name, with and without a namespace, attributes or an end', () => {
  expect(elements(LIST, 'Contents')).toEqual(['<Key>a&amp;b</Key><ETag/>', '<Key> c </Key>']);
  expect(elements(LIST, 'Content')).toEqual([]);
  expect(elements(LIST, 'ListBucketResult')).toHaveLength(1);
  expect(elements('<Key>no end', 'Key')).toEqual([]);
  expect(elements('<a:Key>x</b:Key><Key\n>y</Key>', 'Key')).toEqual(['x', 'y']);
});

test('the text of the first element, its entities read; the name of the document', () => {
  expect(textOf(LIST, 'Key')).toBe('a&b');
  expect(textOf(LIST, 'ETag')).toBe('');
  expect(rootOf(LIST)).toBe('ListBucketResult');
  expect(rootOf('not XML')).toBe('');
});

// The same text took the expression that was here before 31 s a call and more.
test.each([
  ['elements that never end', '<Key>'.repeat(200_000)],
  ['tags that never end', '<Key '.repeat(200_000)],
  ['one tag of 1 MiB', `<${'K'.repeat(1 << 20)}`],
  ['ends without a beginning', '</Key>'.repeat(170_000)],
  ['blanks', ' '.repeat(1 << 20)],
])('1 MiB of %s is read in linear time', { timeout: 10_000 }, (_, xml) => {
  expect(elements(xml, 'Key')).toEqual([]);
  expect(textOf(xml, 'Key')).toBe('');
  rootOf(xml);
});
