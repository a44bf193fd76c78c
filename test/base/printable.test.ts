import { describe, expect, it } from 'vitest';
import {
  endsAtLineStart,
  oneLine,
  printable,
  printableData,
  printableJson,
  styledPrintable,
  withoutRunnerCommands,
} from '../../src/base/printable.ts';
import { HOSTILE_TEXTS, RUNNER_COMMAND, UNPRINTABLE } from '../support/hostile-texts.ts';

describe('text from outside', () => {
  it.each(HOSTILE_TEXTS)('%s is made printable', (_, text) => {
    for (const cleaned of [printable(text), oneLine(text), styledPrintable(text, false)]) {
      expect(cleaned).not.toMatch(UNPRINTABLE);
      expect(cleaned).toContain('evil');
    }
    expect(oneLine(text)).not.toMatch(/[\n\t]/);
    const shown = withoutRunnerCommands(printable(text));
    expect(shown).not.toMatch(RUNNER_COMMAND);
    expect(printable(shown)).toBe(shown);
  });

  it.each(HOSTILE_TEXTS)('%s in a JSON document keeps its meaning', (_, text) => {
    const document = JSON.stringify({ [text]: [text] }, null, 2);
    const cleaned = printableJson(document);
    expect(cleaned).not.toMatch(UNPRINTABLE);
    expect(cleaned).not.toMatch(RUNNER_COMMAND);
    expect(JSON.parse(cleaned)).toEqual(JSON.parse(document));
  });

  it('ordinary text is unchanged', () => {
    const text = 'Zürich 東京 ✔ → 8 × 16C/64G\tα\n  second line';
    expect([printable(text), withoutRunnerCommands(text)]).toEqual([text, text]);
    expect(oneLine('a\n\tb')).toBe('a b');
  });

  it('keeps only difyctl’s own colour sequences, and only if colours are on', () => {
    expect(styledPrintable('\u001b[31mbad\u001b[39m\u001b[2J\u001b[8m', true)).toBe('\u001b[31mbad\u001b[39m');
  });

  it('a workflow command that is split over two writes is not a command', () => {
    expect(endsAtLineStart('a\n  ', false)).toBe(true);
    expect(endsAtLineStart('  ', true)).toBe(true);
    expect(endsAtLineStart('a', true)).toBe(false);
    expect(withoutRunnerCommands('::error::x', false)).toBe('::error::x');
    expect(withoutRunnerCommands('::error::x', true)).toBe(': :error::x');
  });

  it('in data, keys are made printable too, and other values are unchanged', () => {
    const date = new Date(0);
    expect(printableData({ 'a\u0007': ['b\u001b[1m', 1, null, { date }] })).toEqual({ a: ['b', 1, null, { date }] });
  });

  it('takes time in proportion to the text', () => {
    const text = '\u001b]0;'.repeat(200_000) + '\n '.repeat(200_000);
    expect(withoutRunnerCommands(printable(text)).length).toBeGreaterThan(0);
  });
});
