import { describe, expect, test } from 'vitest';
import { editDeployment } from '../../src/deployment/edit.ts';
import { parseDeployment } from '../../src/deployment/load.ts';
import { readOverrides } from '../../src/deployment/overrides.ts';
import { readSource } from '../../src/deployment/source.ts';
import { changesFor } from '../../src/wizard/changes.ts';
import { equivalentOptions } from '../../src/wizard/command.ts';
import { flagOf, variableFor } from '../../src/wizard/flag-names.ts';
import { QUESTIONS } from '../../src/wizard/questions/all.ts';
import { runWizard } from '../../src/wizard/run.ts';
import type { Overrides } from '../../src/wizard/state.ts';
import { ScriptedPrompter, scriptedSettings } from '../support/scripted-wizard.ts';
import { WIZARD_ANSWERS } from '../support/wizard-answers.ts';

const PLACES = { cwd: '/work', baseDirectory: '/work' };

async function byWizard(
  answers: Readonly<Record<string, string>>,
): Promise<{ text: string; options: readonly string[] }> {
  const io = new ScriptedPrompter({ '<more>': 'yes', ...answers });
  const draft = await runWizard({ base: {}, said: [] }, scriptedSettings(io));
  return { text: editDeployment(undefined, changesFor(draft)), options: equivalentOptions(draft, PLACES) };
}

/** Options as a command line has them, `--set` among them. */
function sayingOf(
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
  sets: readonly string[] = [],
): Overrides {
  const pairs = options.flatMap((flag, index) => (index % 2 === 0 ? [{ flag, value: options[index + 1] ?? '' }] : []));
  const flags = pairs.filter(({ flag }) => flag !== '--set');
  const more = pairs.filter(({ flag }) => flag === '--set').map(({ value }) => value);
  const { overrides, problems } = readOverrides({ flags, env, sets: [...sets, ...more], cwd: '/work' }, '/work');
  expect(problems).toEqual([]);
  return overrides;
}

function textFrom(saying: Overrides): string {
  return editDeployment(undefined, changesFor({ base: {}, said: [saying] }));
}

/** Answers of the wizard by question, for the other routes. */
function questionsOf(
  answers: Readonly<Record<string, string>>,
): readonly { flag: string; variable: string; text: string; sets: readonly string[] }[] {
  return Object.entries(answers).map(([id, text]) => {
    const question = QUESTIONS.find((candidate) => candidate.id === id);
    if (question === undefined) throw new Error(`no question ${id}`);
    const value =
      question.codec === undefined ? text : JSON.stringify(question.codec.write(text, { explicit: () => undefined }));
    return {
      flag: flagOf(question),
      variable: variableFor(question),
      text: value,
      sets: question.fills.map((path) => `${path}=${question.kind === 'list' ? `[${value}]` : value}`),
    };
  });
}

describe.each(Object.entries(WIZARD_ANSWERS))('%s', (_, answers) => {
  test('the wizard, its equivalent command, flags, variables and --set give the same bytes', async () => {
    const { text, options } = await byWizard(answers);
    const told = questionsOf(answers);
    expect(textFrom(sayingOf(options))).toBe(text);
    const variables = Object.fromEntries(told.map(({ variable, text: value }) => [variable, value]));
    const sets = told.flatMap((answer) => answer.sets);
    expect(textFrom(sayingOf(told.flatMap(({ flag, text: value }) => [flag, value])))).toBe(text);
    expect(textFrom(sayingOf([], variables))).toBe(text);
    expect(textFrom(sayingOf([], {}, sets))).toBe(text);
    expect(textFrom(sayingOf([], {}, sets.toReversed()))).toBe(text);
  });

  test('the file is complete, and the same answers once more change nothing', async () => {
    const { text, options } = await byWizard(answers);
    const { deployment } = parseDeployment(text, { source: 'difyctl.yaml' });
    expect(deployment.tier).toBe(answers.tier);
    const { data } = readSource(text);
    expect(changesFor({ base: data, said: [sayingOf(options)] })).toEqual([]);
  });
});

describe('a file that is edited', () => {
  const answers = { ...WIZARD_ANSWERS['prod on kubernetes'], 'recovery.rto': '2d', 'recovery.rpo': '1d' };
  const edits: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['another RPO, and what followed from the old one', { 'recovery.rpo': '15m' }, 'recovery.rpo'],
    [
      'another RPO, where the old plan is kept',
      { 'recovery.rpo': '15m', 'recovery.postgres.method': 'dump' },
      'recovery.rpo',
    ],
    ['another provider', { 'objectStorage.provider': 'local' }, 'objectStorage.provider'],
    ['the other tier', { tier: 'test' }, 'tier'],
  ];

  test.each(edits)('%s: the equivalent command gives the same bytes for the same file', async (_, script, edit) => {
    const { text } = await byWizard(answers);
    const base = readSource(text).data;
    const io = new ScriptedPrompter(script, [{ edit }, 'write']);
    const draft = await runWizard({ base, said: [] }, scriptedSettings(io));
    const edited = editDeployment(text, changesFor(draft));
    expect(edited).not.toBe(text);
    const again = { base, said: [sayingOf(equivalentOptions(draft, PLACES))] };
    expect(editDeployment(text, changesFor(again))).toBe(edited);
  });
});
