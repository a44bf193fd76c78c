import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import { editDeployment, type FileEdit } from '../../src/deployment/edit.ts';
import { parseDeployment } from '../../src/deployment/load.ts';
import { type Path, parsePath } from '../../src/deployment/paths.ts';
import { readSource } from '../../src/deployment/source.ts';
import { SAMPLE_FILES, SAMPLE_NAMES, sampleDeployment } from '../support/deployments.ts';

const COMMENTED = `# The lab. Ask ops@example.com before touching it.
apiVersion: difyctl/v1
tier: prod       # yes, really

target:
    type: kubernetes
    context: prod-eu      # the new one
    ingress: { className: nginx, tls: { secretName: dify-tls } }
urls:
    # one domain for all
    console: https://dify.example.com
    api: "https://dify.example.com"
    app: https://dify.example.com
    files: https://dify.example.com   # signed
postgres:
    host: pg.example.internal
    password:   # rotated monthly
        env: DIFY_PG_PASSWORD
redis:
    mode: external
    topology: sentinel
    sentinel:
        master: mymaster
        nodes:
            - s1:26379
            # the one in the cellar
            - s2:26379
mail:
# the end
`;

function changes(...texts: readonly (readonly [string, Json])[]): readonly FileEdit[] {
  return texts.map(([path, value]) => ({ path: parsePath(path) ?? [], value }));
}

describe('editDeployment on an existing file', () => {
  it.each<[string, string, Json, string, string]>([
    [
      'replaces a value and keeps the comment behind it',
      'target.context',
      'prod-us',
      '    context: prod-eu      #',
      '    context: prod-us      #',
    ],
    [
      'replaces a quoted value',
      'urls.api',
      'https://x.example.com',
      '"https://dify.example.com"',
      'https://x.example.com',
    ],
    [
      'replaces a block reference by a short one',
      'postgres.password',
      { file: './pw' },
      'password:   # rotated monthly\n        env: DIFY_PG_PASSWORD\n',
      'password: { file: ./pw }\n',
    ],
    [
      'puts a new key where the schema has it',
      'postgres.port',
      6432,
      '    host: pg.example.internal\n',
      '    host: pg.example.internal\n    port: 6432\n',
    ],
    ['puts a key before the first', 'postgres.mode', 'external', 'postgres:\n', 'postgres:\n    mode: external\n'],
    [
      'puts a new section where the schema has it',
      'objectStorage.provider',
      's3',
      'mail:\n',
      'objectStorage:\n    provider: s3\nmail:\n',
    ],
    ['fills an empty section', 'mail.provider', 'none', 'mail:\n', 'mail:\n    provider: none\n'],
    ['puts a new section in front of the rest', 'name', 'lab', 'tier: prod', 'name: lab\ntier: prod'],
    ['removes a line', 'target.context', null, '    context: prod-eu      # the new one\n', ''],
    [
      'removes a section that held nothing else',
      'redis.sentinel',
      null,
      COMMENTED.slice(COMMENTED.indexOf('    sentinel:'), COMMENTED.indexOf('mail:')),
      '',
    ],
    [
      'replaces a list',
      'redis.sentinel.nodes',
      ['a:1', 'b:2'],
      'nodes:\n            - s1:26379\n            # the one in the cellar\n            - s2:26379',
      'nodes: [ a:1, b:2 ]',
    ],
    [
      'writes a list of entries on lines',
      'acceptedRisks',
      [{ check: 'a.b', reason: 'r' }],
      'mail:\n',
      'mail:\nacceptedRisks:\n    - { check: a.b, reason: r }\n',
    ],
    ['does nothing for what is there already', 'postgres.host', 'pg.example.internal', 'x', 'x'],
  ])('%s', (_title, path, value, old, fresh) => {
    expect(editDeployment(COMMENTED, changes([path, value]))).toBe(COMMENTED.replace(old, fresh));
  });

  it('edits inside a flow map and keeps the text around it', () => {
    const edited = editDeployment(
      COMMENTED,
      changes(['target.ingress.className', 'traefik'], ['target.ingress.tls', null]),
    );
    expect(readSource(edited).data.target).toEqual({
      type: 'kubernetes',
      context: 'prod-eu',
      ingress: { className: 'traefik' },
    });
    expect(edited).toContain('# the one in the cellar');
    expect(edited).toContain('# The lab.');
  });

  it('keeps Windows line ends and a missing last one', () => {
    const windows = 'apiVersion: difyctl/v1\r\ntier: test\r\ntarget:\r\n  type: compose';
    expect(editDeployment(windows, changes(['target.httpPort', 8080]))).toBe(`${windows}\r\n  httpPort: 8080\r\n`);
  });

  it('refuses a value behind an alias, because two places would change', () => {
    const aliased = 'tier: test\npostgres: &pg\n  mode: bundled\nredis: *pg\n';
    expect(() => editDeployment(aliased, changes(['redis.mode', 'external']))).toThrow(/alias/);
  });

  it('refuses a file that is not readable', () => {
    expect(() => editDeployment('tier: [', changes(['tier', 'prod']))).toThrow(/must be valid/);
  });

  it('starts a new file if the file contains only comments', () => {
    expect(editDeployment('', changes(['tier', 'test']))).toContain('tier: test');
  });
});

describe('editDeployment on a new file', () => {
  it('writes the schema comment, the api version, and every field in the order of the schema', () => {
    const text = editDeployment(
      undefined,
      changes(
        ['target.type', 'compose'],
        ['redis.password', { env: 'R' }],
        ['tier', 'test'],
        ['postgres.host', 'pg'],
        ['postgres.mode', 'external'],
      ),
    );
    expect(text).toBe(
      [
        '# yaml-language-server: $schema=.difyctl/schema.json',
        'apiVersion: difyctl/v1',
        'tier: test',
        'target:',
        '  type: compose',
        'postgres:',
        '  mode: external',
        '  host: pg',
        'redis:',
        '  password: { env: R }',
        '',
      ].join('\n'),
    );
  });

  it.each(SAMPLE_NAMES)('%s comes back from its own text, whatever the order of the changes', (name) => {
    const all = leaves(SAMPLE_FILES[name]);
    const text = editDeployment(undefined, all);
    expect(parseDeployment(text, { source: 'difyctl.yaml' }).deployment).toEqual(sampleDeployment(name));
    expect(editDeployment(undefined, all.toReversed())).toBe(text);
  });
});

describe('any edit of any sample', () => {
  const paths = [
    'name',
    'target.namespace',
    'urls.trigger',
    'postgres.host',
    'postgres.tls.mode',
    'redis.password',
    'mail.smtp.host',
    'components.api.replicas',
    'recovery.drills.last',
    'images.registry',
  ];
  const change = fc.record({
    path: fc.constantFrom(...paths).map((path): Path => path.split('.')),
    value: fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.integer(),
      fc.constant<Json>({ env: 'NAME' }),
      fc.constant<Json>(['a', 'b']),
    ),
  });

  it('gives the intended data, and keeps every comment and untouched line', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (edits) => {
        const edited = editDeployment(COMMENTED, edits);
        const expected = edits.reduce<JsonObject>((data, edit) => meant(data, edit), readSource(COMMENTED).data);
        expect(readSource(edited).data).toEqual(expected);
        for (const comment of [
          '# The lab.',
          '# one domain for all',
          '# signed',
          '# the one in the cellar',
          '# the end',
          '# the new one',
        ]) {
          expect(edited).toContain(comment);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/**
 * A file in any form that YAML allows: sections in block or flow style, any quotes, indentation, comments and blank
 * lines.
 */
interface Written {
  readonly step: number;
  readonly sections: readonly ('lines' | 'flow' | 'flow on lines' | 'json')[];
  readonly quotes: readonly ('' | "'" | '"')[];
  readonly extras: readonly ('' | '\n' | '# a remark\n' | '\n  # indented\n\n')[];
  readonly ends: readonly ('' | ' # behind' | '   ')[];
  readonly newline: '\n' | '\r\n';
}

const SECTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  target: { type: 'kubernetes', context: 'prod-eu', namespace: 'dify' },
  urls: { console: 'https://dify.example.com', api: 'https://api.example.com', files: 'https://f.example.com' },
  postgres: { mode: 'external', host: 'pg.example.internal', username: 'dify' },
};

function writtenText({ step, sections, quotes, extras, ends, newline }: Written): string {
  let count = 0;
  const pick = <T>(list: readonly T[]): T | undefined => list[count++ % list.length];
  const quoted = (text: string): string => `${pick(quotes)}`.replace(/^(.?)$/, (mark) => `${mark}${text}${mark}`);
  const margin = ' '.repeat(step);
  const parts = Object.entries(SECTIONS).map(([name, fields], index) => {
    const entries = Object.entries(fields);
    const style = sections[index % sections.length];
    const head = `${pick(extras)}${name}:`;
    if (style === 'flow')
      return `${head} { ${entries.map(([key, text]) => `${key}: ${quoted(text)}`).join(', ')} }${pick(ends)}\n`;
    if (style === 'json') {
      const lines = entries.map(([key, text]) => `${margin}"${key}": "${text}"`);
      return `${head} {\n${lines.join(',\n')}\n${margin}}\n`;
    }
    if (style === 'flow on lines') {
      return `${head} {\n${entries.map(([key, text]) => `${margin}${key}: ${quoted(text)},${pick(ends)}`).join('\n')}\n${margin}}\n`;
    }
    return `${head}${pick(ends)}\n${entries.map(([key, text]) => `${margin}${key}: ${quoted(text)}${pick(ends)}\n`).join('')}`;
  });
  return `apiVersion: difyctl/v1\n${parts.join('')}${pick(extras)}`.replaceAll('\n', newline);
}

describe('any file, however it is written', () => {
  const some = <T>(...values: readonly T[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 7 });
  const written = fc.record<Written>({
    step: fc.constantFrom(1, 2, 3, 4, 8),
    sections: some('lines', 'flow', 'flow on lines', 'json'),
    quotes: some('', "'", '"'),
    extras: some('', '\n', '# a remark\n', '\n  # indented\n\n'),
    ends: some('', ' # behind', '   '),
    newline: fc.constantFrom('\n', '\r\n'),
  });
  const change = fc.constantFrom<FileEdit>(
    ...changes(
      ['target.context', 'prod-us'],
      ['target.storageClass', 'fast: really'],
      ['target.namespace', null],
      ['urls.console', 'https://x.example.com'],
      ['urls.app', 'https://x.example.com'],
      ['postgres.host', null],
      ['postgres.mode', 'bundled'],
      ['postgres.password', { env: 'NAME' }],
      ['postgres.port', 6432],
    ),
  );

  it('keeps every line but those of the value that changes, byte for byte', () => {
    fc.assert(
      fc.property(written, change, (style, edit) => {
        const text = writtenText(style);
        const edited = editDeployment(text, [edit]);
        expect(readSource(edited).data).toEqual(meant(readSource(text).data, edit));
        const [old, fresh] = [text.split('\n'), edited.split('\n')];
        const same = (at: number): boolean => old.at(at) === fresh.at(at);
        let [head, tail] = [0, 0];
        while (head < old.length && same(head)) head += 1;
        while (tail < old.length - head && same(-1 - tail)) tail += 1;
        // A last entry that goes takes the comma of the line before it along.
        expect(old.length - head - tail).toBeLessThanOrEqual(edit.value === null ? 2 : 1);
      }),
      { numRuns: 500 },
    );
  });
});

/** The meaning of a change, computed independently of the code under test. */
function meant(data: JsonObject, { path, value }: FileEdit): JsonObject {
  const copy = structuredClone(data) as Record<string, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) {
    const below = at[step];
    if (typeof below !== 'object' || below === null || Array.isArray(below)) {
      if (value === null) return data;
      at[step] = {};
    }
    at = at[step] as Record<string, unknown>;
  }
  const last = String(path.at(-1));
  if (value === null && !(last in at)) return data;
  if (value === null) delete at[last];
  else at[last] = value;
  return (value === null ? withoutEmpty(copy, path.slice(0, -1)) : copy) as JsonObject;
}

function withoutEmpty(data: Record<string, unknown>, path: Path): Record<string, unknown> {
  if (path.length === 0) return data;
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, step) => at[step] as Record<string, unknown>, data);
  const last = String(path.at(-1));
  if (Object.keys(parent[last] as object).length > 0) return data;
  delete parent[last];
  return withoutEmpty(data, path.slice(0, -1));
}

function leaves(value: Json, path: Path = []): readonly FileEdit[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
  const keys = Object.keys(value);
  if (path.length > 0 && ['env', 'file', 'kubernetes', 'generated'].includes(keys[0] ?? '')) return [{ path, value }];
  return Object.entries(value as JsonObject).flatMap(([key, below]) => leaves(below, [...path, key]));
}
