import { describe, expect, test } from 'vitest';
import { fillText, type TemplateValues } from '../../src/render/template.ts';

const TEMPLATE = `listen {{port}};
{{#tls}}
certificate {{file}};
{{/tls}}
{{^tls}}
plain;
{{/tls}}
{{#hosts}}
host {{name}} on {{port}};
{{/hosts}}
`;
const VALUES = { port: 80, tls: false, file: '/a', hosts: [{ name: 'a' }, { name: 'b' }] };

test('a template fills its holes, switches and lists, and leaves no empty line for a tag', () => {
  expect(fillText(TEMPLATE, 'nginx', VALUES)).toBe('listen 80;\nplain;\nhost a on 80;\nhost b on 80;\n');
  expect(fillText(TEMPLATE, 'nginx', { ...VALUES, tls: true, hosts: [] })).toBe('listen 80;\ncertificate /a;\n');
});

test.each<[string, string, TemplateValues, string]>([
  ['a hole without a value', TEMPLATE, { ...VALUES, hosts: [{}] }, '{{name}} has no value'],
  ['a section without a value', '{{#a}}{{/a}}', {}, '{{a}} has no value'],
  ['a value without a hole', TEMPLATE, { ...VALUES, prot: 1 }, 'it has no placeholder {{prot}}'],
  ['a value of an item without a hole', TEMPLATE, { ...VALUES, hosts: [{ name: 'a', nmae: 'b' }] }, '{{nmae}}'],
  ['a list for a hole', '{{a}}', { a: [] }, '{{a}} is a placeholder'],
  ['a text for a section', '{{#a}}{{/a}}', { a: 'x' }, '{{#a}} is a section'],
  ['a hole that would not be escaped', '{{{a}}}', { a: 'x' }, 'unknown tag of kind & (a)'],
  ['another such hole', '{{&a}}', { a: 'x' }, 'unknown tag of kind & (a)'],
  ['a partial', '{{>a}}', { a: 'x' }, 'unknown tag of kind > (a)'],
  ['a name that every object has', '{{toString}}', {}, '{{toString}} has no value'],
])('%s is refused', (_, template, values, words) => {
  expect(() => fillText(template, 'nginx', values)).toThrow(words);
});

describe('a value is one word of its format', () => {
  test.each<['nginx' | 'squid', string, string | undefined]>([
    ['nginx', 'https://a.test:8443/b', 'https://a.test:8443/b'],
    ['nginx', '', ''],
    ['nginx', '/a b;c{d}', '"/a b;c{d}"'],
    ['nginx', 'a"\\', '"a\\"\\\\"'],
    ['nginx', '$host', undefined],
    ['nginx', 'a\nuser root;', undefined],
    ['squid', '10.0.0.0/8', '10.0.0.0/8'],
    ['squid', 'a b', undefined],
    ['squid', 'a\nhttp_access allow all', undefined],
    ['squid', 'a#b', undefined],
  ])('%s: %j', (format, value, written) => {
    const fill = () => fillText('{{value}}', format, { value });
    if (written === undefined) expect(fill).toThrow('as one word');
    else expect(fill()).toBe(written);
  });
});

describe('a value on a page in Markdown', () => {
  test.each<[string, string, string, string | undefined]>([
    ['a sentence', 'The bucket {{value}}.', '_b*c_d-e', 'The bucket \\_b\\*c_d-e.'],
    ['the start of a line', '{{value}}', '- a', '\\- a'],
    ['a number at the start of a line', '{{value}}', '1. a', '1\\. a'],
    ['a cell of a table', '| {{value}} |', 'a|b', '| a\\|b |'],
    ['a tag of HTML', '{{value}}', '<img src=x>', '\\<img src=x\\>'],
    ['code', 'Namespace `{{value}}` and `b`.', 'a_b', 'Namespace `a_b` and `b`.'],
    ['code that ends early', '`{{value}}`', 'a`b', undefined],
    ['a line of a shell', '```sh\nls {{value}}\n```\n', "a b'c", "```sh\nls 'a b'\\''c'\n```\n"],
    ['a sentence below a block', '```sh\nls\n```\n{{value}}', '#a', '```sh\nls\n```\n\\#a'],
    ['two lines', '{{value}}', 'a\nb', undefined],
  ])('is escaped for its place: %s', (_, template, value, written) => {
    const fill = () => fillText(template, 'markdown', { value });
    if (written === undefined) expect(fill).toThrow('a page cannot represent');
    else expect(fill()).toBe(written);
  });
});
