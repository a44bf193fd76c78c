import { describe, expect, it } from 'vitest';
import { detectTerminal } from '../../src/cli/frame/terminal.ts';

const TERMINAL = {
  stdin: { isTTY: true },
  stdout: { isTTY: true, columns: 100 },
  stderr: { isTTY: true, columns: 90 },
};
const PIPES = { stdin: {}, stdout: {}, stderr: {} };
const WISHES = { color: true, nonInteractive: false };
const UTF8 = { LANG: 'en_US.UTF-8', TERM: 'xterm-256color' };

describe('the abilities of a terminal', () => {
  it('are complete on a terminal', () => {
    expect(detectTerminal(TERMINAL, UTF8, WISHES)).toEqual({
      interactive: true,
      stdoutIsTerminal: true,
      stderrIsTerminal: true,
      stdoutColor: true,
      stderrColor: true,
      unicode: true,
      width: 100,
    });
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['CI is set', { CI: 'true' }, false],
    ['CI is set to something', { CI: 'woodpecker' }, false],
    ['CI is off', { CI: 'false' }, true],
    ['CI is empty', { CI: '' }, true],
    ['the terminal is dumb', { TERM: 'dumb' }, false],
  ])('a prompt is possible if %s', (_title, env, interactive) => {
    expect(detectTerminal(TERMINAL, { ...UTF8, ...env }, WISHES).interactive).toBe(interactive);
  });

  it('no prompt with --non-interactive, or if input or stderr is not a terminal', () => {
    expect(detectTerminal(TERMINAL, UTF8, { ...WISHES, nonInteractive: true }).interactive).toBe(false);
    expect(detectTerminal({ ...TERMINAL, stdin: {} }, UTF8, WISHES).interactive).toBe(false);
    expect(detectTerminal({ ...TERMINAL, stderr: {} }, UTF8, WISHES).interactive).toBe(false);
    expect(detectTerminal({ ...TERMINAL, stdout: {} }, UTF8, WISHES).interactive).toBe(true);
  });

  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ TERM: 'dumb' }, true, false],
    [{}, false, false],
  ])('colours with %j on a terminal (%s): %s', (env, isTerminal, colour) => {
    expect(detectTerminal(isTerminal ? TERMINAL : PIPES, { ...UTF8, ...env }, WISHES).stdoutColor).toBe(colour);
    expect(detectTerminal(TERMINAL, { ...UTF8, ...env }, { ...WISHES, color: false }).stdoutColor).toBe(false);
  });

  it.each<[Record<string, string>, boolean]>([
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LANG: 'C.UTF-8', LC_ALL: 'C' }, false],
    [{ LANG: '', LC_CTYPE: 'C.UTF-8' }, true],
    [{}, false],
    [{ LANG: 'C.UTF-8', TERM: 'linux' }, false],
  ])('signs with %j: %s', (env, unicode) => {
    expect(detectTerminal(TERMINAL, env, WISHES).unicode).toBe(unicode);
  });

  it('the width is 80 columns if it is unknown, or the value of COLUMNS', () => {
    expect(detectTerminal(PIPES, {}, WISHES).width).toBe(80);
    expect(detectTerminal(PIPES, { COLUMNS: '120' }, WISHES).width).toBe(120);
    expect(detectTerminal(PIPES, { COLUMNS: 'wide' }, WISHES).width).toBe(80);
  });

  it.each<[string, number | undefined, number | undefined, string | undefined, number]>([
    ['stdout reports 0 columns', 0, 90, undefined, 90],
    ['both streams report 0 columns', 0, 0, '120', 120],
    ['nothing reports more than 0 columns', 0, 0, '0', 80],
    ['stdout reports no number', Number.NaN, undefined, undefined, 80],
    ['COLUMNS is below 0', undefined, undefined, '-5', 80],
    ['COLUMNS is wider than any screen', undefined, undefined, '999999999', 1_000],
    ['stdout is one column wide', 1, 90, undefined, 1],
  ])('has a width to draw with if %s', (_title, stdout, stderr, COLUMNS, width) => {
    const streams = { stdin: {}, stdout: { isTTY: true, columns: stdout }, stderr: { isTTY: true, columns: stderr } };
    expect(detectTerminal(streams, { COLUMNS }, WISHES).width).toBe(width);
  });
});
