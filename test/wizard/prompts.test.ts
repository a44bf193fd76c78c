import { stripVTControlCharacters } from 'node:util';
import { render as renderPrompt } from '@inquirer/testing';
import { describe, expect, test } from 'vitest';
import { type ChoiceConfig, choicePrompt } from '../../src/wizard/terminal/choice-prompt.ts';
import { noteLines } from '../../src/wizard/terminal/review-lines.ts';
import { type TextConfig, textPrompt } from '../../src/wizard/terminal/text-prompt.ts';
import { paletteOf, type Theme } from '../../src/wizard/terminal/theme.ts';

const LOOK: Theme = { color: false, unicode: false, width: 80 };
const TEXT: TextConfig = {
  title: 'Host of PostgreSQL',
  why: 'The name that the Dify processes use.',
  look: LOOK,
  enter: undefined,
  reason: undefined,
  optional: false,
  wipe: false,
  faultOf: (text) => (text.includes(' ') ? 'a host name' : undefined),
};
const CHOICE: ChoiceConfig = {
  title: 'How Redis is reached',
  why: 'A managed Redis has one address.',
  look: LOOK,
  choices: [
    { value: 'standalone', title: 'standalone', description: 'one address' },
    { value: 'sentinel', title: 'sentinel', description: 'sentinels name the primary' },
    { value: 'cluster', title: 'cluster', unavailable: 'Celery cannot use it' },
    { value: 'quit', title: 'leave', key: 'q' },
  ],
  start: 'standalone',
};

/** A prompt that a test leaves open is closed when its worker ends: that is no fault of the test's. */
const render: typeof renderPrompt = async (...args) => {
  const shown = await renderPrompt(...args);
  shown.answer.catch(() => undefined);
  return shown;
};

/** The whole screen, line by line; @inquirer/testing cuts the blanks at its very beginning. */
function lines(screen: string): readonly string[] {
  return screen.split('\n').map((line) => line.trimEnd());
}

describe('a style', () => {
  test('takes one text: as the callback of map it does not compile, since map gives an index and a list too', () => {
    const { bad } = paletteOf(LOOK);
    // @ts-expect-error: three arguments
    expect(['fault'].map(bad)).toEqual(['fault']);
    // @ts-expect-error: three arguments
    const styled: readonly string[] = ['one', 'two'].map(paletteOf({ ...LOOK, color: true }).dim);
    expect(styled.map(stripVTControlCharacters)).toEqual(['one', 'two']);
  });

  test.each([100, 60, 40])('a note for %i columns has each word once', (width) => {
    const note = { label: 'postgres method', text: 'pitr: it loses up to 5m; a dump loses its whole interval' };
    const shown = noteLines(['A sentence.', note], { ...LOOK, width });
    const words = ['A', 'sentence.', ...note.label.split(' '), ...note.text.split(' ')];
    expect(shown.join(' ').trim().split(/\s+/)).toEqual(words);
  });
});

describe('a line of text', () => {
  test('is accepted trimmed with Enter', async () => {
    const { answer, events } = await render(textPrompt, TEXT);
    events.type(' pg.internal ');
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: { kind: 'typed', text: 'pg.internal' } });
  });

  test('Enter alone accepts the suggestion, and shows it', async () => {
    const { answer, events, getScreen } = await render(textPrompt, { ...TEXT, enter: '5432', reason: 'as usual' });
    expect(lines(getScreen())).toEqual(['Host of PostgreSQL (5432) >', '    as usual']);
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: { kind: 'enter' } });
    expect(lines(getScreen())).toEqual(['ok Host of PostgreSQL  5432']);
  });

  test('a required answer cannot be skipped', async () => {
    const { events, getScreen } = await render(textPrompt, TEXT);
    events.keypress('enter');
    expect(lines(getScreen())).toEqual(['Host of PostgreSQL >', '    Required.']);
    events.type('-');
    events.keypress('enter');
    expect(lines(getScreen())).toEqual(['Host of PostgreSQL > -', '    Required.']);
  });

  test.each([
    ['Enter', undefined, ''],
    ['a dash', 'env:DIFY_PG_PASSWORD', '-'],
  ])('an optional answer is skipped with %s', async (_, enter, typed) => {
    const { answer, events } = await render(textPrompt, { ...TEXT, optional: true, enter });
    if (typed !== '') events.type(typed);
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: { kind: 'left-out' } });
  });

  test('a wrong answer shows the reason and can be corrected', async () => {
    const { events, getScreen } = await render(textPrompt, TEXT);
    events.type('a b');
    events.keypress('enter');
    expect(lines(getScreen())).toEqual(['Host of PostgreSQL > a b', '    a host name']);
  });

  test('a wrong answer that may be a secret is erased', async () => {
    const { events, getScreen } = await render(textPrompt, { ...TEXT, wipe: true });
    events.type('hunter2 hunter2');
    events.keypress('enter');
    expect(lines(getScreen())).toEqual(['Host of PostgreSQL >', '    a host name']);
  });

  test('? on the empty line shows the explanation, and is not part of the answer', async () => {
    const { events, getScreen, answer } = await render(textPrompt, TEXT);
    events.type('?');
    expect(getScreen()).toContain('The name that the Dify processes use.');
    events.type('pg');
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: { kind: 'typed', text: 'pg' } });
  });

  test('Esc goes back', async () => {
    const { answer, events } = await render(textPrompt, TEXT);
    events.keypress('escape');
    await expect(answer).resolves.toEqual({ kind: 'back' });
  });
});

describe('a choice', () => {
  test('is selected with arrows, which wrap around', async () => {
    const { answer, events, getScreen } = await render(choicePrompt, CHOICE);
    expect(getScreen()).toContain('> standalone');
    events.keypress('down');
    expect(getScreen()).toContain('> sentinel');
    events.keypress('up');
    events.keypress('up');
    expect(getScreen()).toContain('> leave');
    events.keypress('down');
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: 'standalone' });
  });

  test('is selected by its first letters, and chosen at once by its key', async () => {
    const first = await render(choicePrompt, CHOICE);
    first.events.type('sen');
    expect(first.getScreen()).toContain('> sentinel');
    const second = await render(choicePrompt, CHOICE);
    second.events.type('q');
    await expect(second.answer).resolves.toEqual({ kind: 'answer', value: 'quit' });
  });

  test('that is not available shows the reason and is not accepted', async () => {
    const { answer, events, getScreen } = await render(choicePrompt, CHOICE);
    events.type('c');
    events.keypress('enter');
    expect(lines(getScreen())).toEqual([
      'How Redis is reached',
      '    standalone   one address',
      '    sentinel     sentinels name the primary',
      '  > cluster      Celery cannot use it',
      '    leave',
      '    Celery cannot use it',
    ]);
    events.keypress('escape');
    await expect(answer).resolves.toEqual({ kind: 'back' });
  });

  test('fits a narrow terminal', async () => {
    const { getScreen } = await render(choicePrompt, { ...CHOICE, look: { ...LOOK, width: 40 } });
    for (const line of getScreen().split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });
});
