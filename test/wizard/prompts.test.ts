import { render as renderPrompt } from '@inquirer/testing';
import { describe, expect, test } from 'vitest';
import { type ChoiceConfig, choicePrompt } from '../../src/wizard/terminal/choice-prompt.ts';
import type { Look } from '../../src/wizard/terminal/look.ts';
import { type TextConfig, textPrompt } from '../../src/wizard/terminal/text-prompt.ts';

const LOOK: Look = { color: false, unicode: false, width: 80 };
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

describe('a line of text', () => {
  test('is taken trimmed with Enter', async () => {
    const { answer, events } = await render(textPrompt, TEXT);
    events.type(' pg.internal ');
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: { kind: 'typed', text: 'pg.internal' } });
  });

  test('Enter alone takes what is offered, and that is shown', async () => {
    const { answer, events, getScreen } = await render(textPrompt, { ...TEXT, enter: '5432', reason: 'as usual' });
    expect(getScreen()).toContain('(5432)');
    expect(getScreen()).toContain('as usual');
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: { kind: 'enter' } });
    expect(getScreen()).toContain('ok Host of PostgreSQL  5432');
  });

  test('what is needed cannot be left out', async () => {
    const { events, getScreen } = await render(textPrompt, TEXT);
    events.keypress('enter');
    expect(getScreen()).toContain('this one is needed');
    events.type('-');
    events.keypress('enter');
    expect(getScreen()).toContain('this one is needed');
  });

  test.each([
    ['Enter', undefined, ''],
    ['a dash', 'env:DIFY_PG_PASSWORD', '-'],
  ])('what is optional is left out with %s', async (_, enter, typed) => {
    const { answer, events } = await render(textPrompt, { ...TEXT, optional: true, enter });
    if (typed !== '') events.type(typed);
    events.keypress('enter');
    await expect(answer).resolves.toEqual({ kind: 'answer', value: { kind: 'left-out' } });
  });

  test('a wrong answer says why and stays to be corrected', async () => {
    const { events, getScreen } = await render(textPrompt, TEXT);
    events.type('a b');
    events.keypress('enter');
    expect(getScreen()).toContain('a host name');
    expect(getScreen()).toContain('> a b');
  });

  test('where it may be a secret, a wrong answer is wiped', async () => {
    const { events, getScreen } = await render(textPrompt, { ...TEXT, wipe: true });
    events.type('hunter2 hunter2');
    events.keypress('enter');
    expect(getScreen()).toContain('a host name');
    expect(getScreen()).not.toContain('hunter2');
  });

  test('? on the empty line says why, and is no part of the answer', async () => {
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
  test('is moved to with arrows, around the ends too', async () => {
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

  test('is jumped to by its letters, and chosen at once by its key', async () => {
    const first = await render(choicePrompt, CHOICE);
    first.events.type('sen');
    expect(first.getScreen()).toContain('> sentinel');
    const second = await render(choicePrompt, CHOICE);
    second.events.type('q');
    await expect(second.answer).resolves.toEqual({ kind: 'answer', value: 'quit' });
  });

  test('that cannot be had says why and stays', async () => {
    const { answer, events, getScreen } = await render(choicePrompt, CHOICE);
    events.type('c');
    events.keypress('enter');
    expect(getScreen()).toMatch(/Celery cannot use it[\s\S]*Celery cannot use it/);
    events.keypress('escape');
    await expect(answer).resolves.toEqual({ kind: 'back' });
  });

  test('fits a narrow terminal', async () => {
    const { getScreen } = await render(choicePrompt, { ...CHOICE, look: { ...LOOK, width: 40 } });
    for (const line of getScreen().split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });
});
