import { describe, expect, it } from 'vitest';
import { ExternalError, Interrupted, UserError } from '../../src/base/errors.ts';
import { exitCodeOf, faultDocument, faultText } from '../../src/cli/frame/errors.ts';

const PLAIN = { verbose: false, color: false, unicode: true };

describe('an error', () => {
  it('of an outside program shows the command, its last lines, and the next step', () => {
    const error = new ExternalError('helm ended with exit code 1', {
      command: 'helm upgrade dify',
      stderr: ['Error: timed out'],
      next: ['helm status dify'],
    });
    expect(faultText(error, PLAIN)).toBe(
      [
        '  ✖ helm ended with exit code 1',
        '     ran: helm upgrade dify',
        '       | Error: timed out',
        '     → helm status dify',
        '  exit 8',
        '',
      ].join('\n'),
    );
    expect(faultDocument(error, false, new Date(0))).toMatchObject({
      type: 'external',
      command: 'helm upgrade dify',
      stderr: ['Error: timed out'],
      exitCode: 8,
    });
  });

  it('of difyctl is called a bug and says what to report, with its stack only if asked', () => {
    const error = new TypeError('x is not a function');
    const text = faultText(error, PLAIN);
    expect(text).toMatch(/a bug in difyctl: x is not a function/);
    expect(text).toMatch(/--verbose/);
    expect(text).not.toMatch(/errors\.test\.ts/);
    expect(faultText(error, { ...PLAIN, verbose: true })).toMatch(/errors\.test\.ts/);
    expect(faultDocument(error, true, new Date(0))).toMatchObject({
      type: 'bug',
      exitCode: 1,
      stack: expect.any(Array),
    });
    expect(faultDocument('thrown text', false, new Date(0))).toMatchObject({
      type: 'bug',
      message: 'a bug in difyctl: thrown text',
    });
  });

  it('of the user has its own code, and every problem in columns', () => {
    const error = new UserError('f has 2 problems', {
      problems: [
        { path: 'a', message: 'one', line: 3, column: 1 },
        { path: 'long.path', message: 'two' },
      ],
      exitCode: 3,
    });
    expect(faultText(error, PLAIN)).toBe(
      '  ✖ f has 2 problems\n    3:1  a          one\n         long.path  two\n  exit 3\n',
    );
  });

  it.each([
    [new Interrupted(), 130],
    [new UserError('x'), 2],
    [new ExternalError('x'), 8],
    [new Error('x'), 1],
    [undefined, 1],
  ])('%s ends with %i', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});
