import { createPrompt, isDownKey, isEnterKey, isUpKey, useKeypress, usePagination, useState } from '@inquirer/core';
import { wrap } from '../../base/wrap.ts';
import { type Outcome, useEndOfInput } from './outcome.ts';
import { paletteOf, progressBefore, type Theme } from './theme.ts';

export interface ChoiceLine {
  readonly value: string;
  readonly title: string;
  readonly description?: string;
  /** The reason why it cannot be chosen. */
  readonly unavailable?: string;
  /** A key that chooses it at once. */
  readonly key?: string;
}

export interface ChoiceConfig {
  readonly title: string;
  /** Shown before the title. */
  readonly progress?: string | undefined;
  readonly why: string;
  readonly look: Theme;
  readonly choices: readonly ChoiceLine[];
  /** The value that the cursor starts at. */
  readonly start: string | undefined;
  readonly reason?: string | undefined;
}

const PAGE = 12;

/** A prompt with choices. Arrows move, letters jump to a title with that prefix, Esc goes back, `?` explains. */
export const choicePrompt = createPrompt<Outcome<string>, ChoiceConfig>((config, done) => {
  const { choices, look } = config;
  const [active, setActive] = useState(startOf(config));
  const [search, setSearch] = useState('');
  const [explained, setExplained] = useState(false);
  const [fault, setFault] = useState('');
  const [ended, setEnded] = useState<Outcome<string> | undefined>(undefined);
  const end = (outcome: Outcome<string>): void => {
    setEnded(outcome);
    done(outcome);
  };
  const take = (choice: ChoiceLine | undefined): void => {
    if (choice === undefined) return;
    if (choice.unavailable === undefined) end({ kind: 'answer', value: choice.value });
    else setFault(choice.unavailable);
  };
  useEndOfInput(() => end({ kind: 'leave' }));
  useKeypress((key, readline) => {
    readline.clearLine(0);
    if (ended !== undefined) return;
    if (key.name === 'escape') return end({ kind: 'back' });
    if (isEnterKey(key)) return take(choices[active]);
    const letter = letterOf(key);
    if (isUpKey(key) || isDownKey(key)) {
      setSearch('');
      setFault('');
      return setActive((active + (isUpKey(key) ? choices.length - 1 : 1)) % choices.length);
    }
    if (letter === '?') return setExplained(!explained);
    const byKey = choices.findIndex((choice) => choice.key === letter);
    if (byKey >= 0) {
      setActive(byKey);
      return take(choices[byKey]);
    }
    const found = jump(choices, search + letter) ?? jump(choices, letter);
    setSearch(found?.search ?? '');
    if (found !== undefined) setActive(found.index);
  });
  const page = usePagination({
    items: choices,
    active,
    pageSize: PAGE,
    loop: false,
    renderItem: ({ item, isActive }) => choiceLine(item, isActive, config),
  });
  if (ended !== undefined) return closedLine(config, ended);
  const { bold } = paletteOf(look);
  const before = progressBefore(config.progress, config.title.length + 2, look);
  return [`  ${before}${bold(config.title)}`, [page, ...below(config, fault, explained)].join('\n')];
});

function startOf({ choices, start }: ChoiceConfig): number {
  const wanted = choices.findIndex(({ value }) => value === start);
  return wanted >= 0
    ? wanted
    : Math.max(
        0,
        choices.findIndex(({ unavailable }) => unavailable === undefined),
      );
}

/**
 * Returns the typed character in lower case. readline sends it as `sequence`, which Inquirer's type lacks; `name` may
 * be a word, or empty for `?`.
 */
function letterOf(key: { readonly name: string }): string {
  const sequence = 'sequence' in key && typeof key.sequence === 'string' ? key.sequence : key.name;
  return sequence === undefined ? '' : sequence.toLowerCase();
}

interface Jump {
  readonly index: number;
  readonly search: string;
}

function jump(choices: readonly ChoiceLine[], search: string): Jump | undefined {
  if (search === '') return undefined;
  const index = choices.findIndex(({ title }) => title.toLowerCase().startsWith(search));
  return index < 0 ? undefined : { index, search };
}

function choiceLine(choice: ChoiceLine, isActive: boolean, { choices, look }: ChoiceConfig): string {
  const { answer, dim, signs } = paletteOf(look);
  const width = Math.max(...choices.map(({ title }) => title.length));
  const cursor = isActive ? signs.cursor : ' ';
  const about = choice.unavailable ?? choice.description ?? '';
  const title = about === '' ? choice.title : choice.title.padEnd(width);
  const room = look.width - 8 - width;
  const shown = room < 12 ? '' : about.length > room ? `${about.slice(0, room - 3)}...` : about;
  const line = `  ${cursor} ${isActive ? answer(title) : title}`;
  return shown === '' ? line : `${line}   ${dim(shown)}`;
}

function below({ why, reason, look }: ChoiceConfig, fault: string, explained: boolean): readonly string[] {
  const { bad, dim } = paletteOf(look);
  return [
    ...(fault === '' ? [] : wrap(fault, look.width - 1, 4).map((line) => bad(line))),
    ...(reason === undefined ? [] : wrap(reason, look.width - 1, 4).map((line) => dim(line))),
    ...(explained ? wrap(why, look.width - 1, 4) : []),
  ];
}

function closedLine({ title, choices, look }: ChoiceConfig, outcome: Outcome<string>): string {
  const { answer, dim, signs } = paletteOf(look);
  if (outcome.kind !== 'answer') return `  ${dim(title)}`;
  const chosen = choices.find(({ value }) => value === outcome.value);
  return `  ${signs.done} ${title}  ${answer(chosen?.title ?? outcome.value)}`;
}
