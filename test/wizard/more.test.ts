import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { completed } from '../../src/wizard/complete.ts';
import { runWizard } from '../../src/wizard/run.ts';
import { dataOf } from '../../src/wizard/state.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { ScriptedPrompter, scriptedSettings } from '../support/scripted-wizard.ts';
import { WIZARD_ANSWERS } from '../support/wizard-answers.ts';

const PROD = WIZARD_ANSWERS['prod on kubernetes'] ?? {};
const COMPOSE = { 'target.type': 'compose', tier: 'test' };

async function run(io: ScriptedPrompter, base: JsonObject = {}): Promise<JsonObject> {
  const draft = await runWizard({ base, said: [] }, scriptedSettings(io));
  return completed(draft.base, dataOf(draft));
}

test('more settings are offered once, by name, and asked only if chosen', async () => {
  const io = new ScriptedPrompter(PROD);
  const data = await run(io);
  expect(io.offered).toEqual([
    [
      'Users working at the same time',
      'Registry mirror',
      'Node selector (key=value)',
      'Log level',
      'Backup repository',
    ],
  ]);
  expect(io.asked.at(-1)).toBe('recovery.rpo');
  expect(data).not.toHaveProperty('images');
});

test('chosen ones are asked after all other questions and written', async () => {
  const io = new ScriptedPrompter({ ...PROD, '<more>': 'yes' });
  expect(await run(io)).toMatchObject({
    target: { nodeSelector: { 'example.com/pool': 'dify', disk: 'ssd' } },
    load: { concurrentUsers: 400 },
    images: { registry: 'registry.example.com/dify', pullSecret: 'regcred' },
    logging: { level: 'WARNING' },
    recovery: { backup: { repository: 's3:https://s3.example.net/dify-backup' } },
  });
  expect(io.asked.slice(io.asked.indexOf('recovery.rpo') + 1)).toEqual([
    'load.concurrentUsers',
    'images.registry',
    'images.pullSecret',
    'target.nodeSelector',
    'logging.level',
    'recovery.backup.repository',
  ]);
});

test('a Compose host has no node selector and no pull secret', async () => {
  const io = new ScriptedPrompter({ ...COMPOSE, '<more>': 'yes', 'images.registry': 'registry.example.com/dify' });
  await run(io);
  expect(io.offered).toEqual([['Users working at the same time', 'Registry mirror', 'Log level', 'Backup repository']]);
  expect(io.asked.slice(-4)).toEqual([
    'load.concurrentUsers',
    'images.registry',
    'logging.level',
    'recovery.backup.repository',
  ]);
});

test('Esc at the first of them offers them again, and Esc there undoes the last answer', async () => {
  const io = new ScriptedPrompter({
    ...COMPOSE,
    '<more>': ['yes', '<back>', 'no'],
    'load.concurrentUsers': '<back>',
    'mail.provider': ['none', 'none'],
  });
  await run(io);
  expect(io.offered).toHaveLength(3);
  expect(io.asked.slice(-3)).toEqual(['mail.provider', 'load.concurrentUsers', 'mail.provider']);
});

test('more settings are not offered for an existing file', async () => {
  const io = new ScriptedPrompter({ '<more>': 'yes' });
  await run(io, SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
  expect(io.offered).toEqual([]);
});

test.each([
  ['pool', 'Enter labels as KEY=VALUE, comma separated, such as pool=dify.'],
  ['pool=', undefined],
  ['example.com/pool=dify, disk=ssd', undefined],
  [
    'pool=a b',
    'a label value: letters, digits, dashes, underscores and dots, at most 63, a letter or digit at either end',
  ],
])('the node selector %j', async (text, fault) => {
  const io = new ScriptedPrompter({ ...PROD, '<more>': 'yes' });
  await run(io);
  const prompt = io.prompts.find(({ question }) => question.id === 'target.nodeSelector');
  expect(prompt?.faultOf(text)).toBe(fault);
});
