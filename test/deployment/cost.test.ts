import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { nearest } from '../../src/base/suggest.ts';
import { parseDeployment } from '../../src/deployment/load.ts';
import { parseEvidence } from '../../src/evidence/saved-file.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import { checkChartKeys } from '../../src/render/kubernetes/chart-keys.ts';

const FRAME = 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n';
const POLICY = 'apiVersion: difyctl/v1\nkind: Policy\nname: ours\n';

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('');
}

function faultOf(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const faultOfFile = (text: string): UserError => faultOf(() => parseDeployment(text, { source: 'difyctl.yaml' }));

/** Before, each of these compared every line with every other, and took minutes. */
describe('a file with very many errors', () => {
  test('with unknown keys names the first 50 with their places, and their number', () => {
    const { message, problems } = faultOfFile(`${FRAME}${lines(20_000, (index) => `teir${index}: 1\n`)}`);
    expect(message).toBe('difyctl.yaml has 20000 problems; the first 50 are shown');
    expect(problems).toHaveLength(50);
    expect(problems[0]).toEqual({
      path: 'teir0',
      message: 'unknown key; did you mean tier?',
      line: 4,
      column: 1,
    });
    expect(problems[49]).toMatchObject({ path: 'teir49', line: 53, column: 1 });
  });

  test('with one repeated key names it, and its first place', () => {
    const { message, problems } = faultOfFile(`${FRAME}${lines(60_000, () => 'name: dify\n')}`);
    expect(message).toBe('difyctl.yaml has 59999 problems; the first 50 are shown');
    expect(problems[0]).toEqual({
      path: 'name',
      message: 'duplicate key; the first is at 4:1',
      line: 5,
      column: 1,
    });
  });

  test('with one endless key repeats at most one line of it', () => {
    const { problems } = faultOfFile(`${FRAME}? ${'x'.repeat(500_000)}\n: 1\n`);
    expect(problems.map(({ path }) => path.length)).toEqual([201]);
  });

  test.each([
    ['lists', `${FRAME}extraValues: ${'['.repeat(20_000)}`],
    ['keys', `${FRAME}extraValues: ${'{ a: '.repeat(101)}1${' }'.repeat(101)}\n`],
  ])('of nested %s is refused', (_title, text) => {
    expect(faultOfFile(text).problems).toEqual([
      { path: '', message: 'nested too deeply: at most 100 levels are read' },
    ]);
  });

  test('of nested values is refused in a policy too', () => {
    const { message, problems } = faultOf(() =>
      parsePolicy(`${POLICY}${lines(20_000, (index) => `k${index}: 1\n`)}`, 'policy.yaml', () => undefined),
    );
    expect(message).toBe('policy.yaml has 20000 problems; the first 50 are shown');
    expect(problems).toHaveLength(50);
  });

  test.each([
    ['a policy', () => parsePolicy(`${POLICY}neverAccepted:\n${lines(1001, () => '- a.b\n')}`, 'p', () => undefined)],
    [
      'a deployment',
      () =>
        parseDeployment(`${FRAME}acceptedRisks:\n${lines(1001, (index) => `- { check: a.b${index}, reason: x }\n`)}`, {
          source: 'f',
        }),
    ],
  ])('%s names at most 1000 checks', (_title, parse) => {
    expect(faultOf(parse).problems).toMatchObject([{ message: 'at most 1000 entries' }]);
  });
});

test('values that a chart does not accept are named up to 20, with the number of the others', () => {
  const facts = { name: 'dify', version: '1.0.0', appVersion: '', values: { api: {} }, schema: undefined };
  const values = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`apj${index}`, 1]));
  const { message, problems } = faultOf(() => checkChartKeys(values, facts, values));
  expect(problems).toHaveLength(20);
  expect(message).toMatch(
    /^chart dify 1\.0\.0 does not accept these values: apj0 \(unknown key; nearest: api\), .* and 49980 more$/,
  );
});

describe('saved evidence', () => {
  const evidence = (data: string): string =>
    `{"apiVersion":"difyctl/v1","kind":"Evidence","key":"a","version":1,"collectedAt":"2026-01-01T00:00:00Z","from":"local","outcome":"ok","durationMs":1,"data":${data}}`;

  test('nested far too deeply is refused', () => {
    const text = evidence(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(faultOf(() => parseEvidence(text, 'a.json')).message).toMatch(/^a\.json is not evidence/);
  });

  test.each([
    ['an endless text', evidence(`"${'\\"'.repeat(2_000_000)}"`), undefined],
    ['an endless text that never ends', evidence(`"${'\\"'.repeat(2_000_000)}`), 'a.json is not evidence'],
    [
      'a number that is not kept',
      evidence('[1.5, 123456789012345678901]'),
      'a.json contains the number 123456789012345678901',
    ],
    ['numbers that are kept', evidence('[1.5, -2, 9007199254740991, 1e40, "123456789012345678901"]'), undefined],
  ])('with %s is read once', (_title, text, fault) => {
    if (fault === undefined) expect(parseEvidence(text, 'a.json')).toMatchObject({ key: 'a' });
    else expect(faultOf(() => parseEvidence(text, 'a.json')).message).toContain(fault);
  });
});

test('a word of a megabyte has no nearest name', () => {
  expect(nearest('x'.repeat(1_000_000), ['tier', 'target'])).toBeUndefined();
});
