import { describe, expect, test } from 'vitest';
import { Interrupted } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { completed } from '../../src/wizard/complete.ts';
import { reviewOf } from '../../src/wizard/review.ts';
import { runWizard } from '../../src/wizard/run.ts';
import { dataOf, type WizardState } from '../../src/wizard/state.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { ScriptedPrompter, scriptedSettings } from '../support/scripted-wizard.ts';
import { WIZARD_ANSWERS } from '../support/wizard-answers.ts';

const PROD = WIZARD_ANSWERS['prod on kubernetes'] ?? {};
const COMPOSE = { 'target.type': 'compose', tier: 'test' };
const NEW: WizardState = { base: {}, said: [] };

async function run(io: ScriptedPrompter, start: WizardState = NEW): Promise<JsonObject> {
  const draft = await runWizard(start, scriptedSettings(io));
  return completed(draft.base, dataOf(draft));
}

describe('a new file', () => {
  test('asks each relevant question once, in order', async () => {
    const io = new ScriptedPrompter(COMPOSE);
    await run(io);
    expect(io.asked).toEqual([
      'target.type',
      'tier',
      'version',
      'urls.console',
      'postgres.mode',
      'redis.mode',
      'objectStorage.provider',
      'vectorStore.mode',
      'mail.provider',
    ]);
  });

  test('shows its progress once target and tier determine the number of questions', async () => {
    const io = new ScriptedPrompter(COMPOSE);
    await run(io);
    expect(io.prompts.map(({ progress }) => progress)).toEqual([
      undefined,
      undefined,
      ...[3, 4, 5, 6, 7, 8, 9].map((number) => ({ number, total: 9 })),
    ]);
  });

  test('does not ask questions that flags answer', async () => {
    const io = new ScriptedPrompter(COMPOSE);
    const said = [{ path: ['mail', 'provider'], value: 'none', source: '--mail-provider' }];
    await run(io, { base: {}, said: [said] });
    expect(io.asked).not.toContain('mail.provider');
  });

  test('Esc undoes the last answer; the typed text is offered again', async () => {
    const io = new ScriptedPrompter({
      ...PROD,
      'postgres.host': ['wrong.example.internal', 'right.example.internal'],
      'postgres.port': ['<back>', '5432'],
    });
    const data = await run(io);
    expect(
      io.prompts.filter(({ question }) => question.id === 'postgres.host').map(({ enter }) => enter?.text),
    ).toEqual([undefined, 'wrong.example.internal']);
    expect(data).toMatchObject({ postgres: { host: 'right.example.internal' } });
  });

  test('Esc at the first question stays there', async () => {
    const io = new ScriptedPrompter({ ...COMPOSE, 'target.type': ['<back>', '<back>', 'compose'] });
    expect(await run(io)).toMatchObject({ target: { type: 'compose' } });
  });

  test('shows what RTO and RPO imply, with reasons, once both are given', async () => {
    const io = new ScriptedPrompter(PROD);
    await run(io);
    expect(io.said[0]).toContain('An RTO of 4h and an RPO of 15m');
    expect(io.said).toContainEqual({ label: 'postgres method', text: expect.stringMatching(/^pitr: /) });
  });

  test('quitting the review throws and writes no file', async () => {
    await expect(run(new ScriptedPrompter(COMPOSE, []))).rejects.toBeInstanceOf(Interrupted);
  });
});

describe('the review', () => {
  test('an edited answer asks for required fields, and drops impossible ones', async () => {
    const io = new ScriptedPrompter(
      {
        ...PROD,
        'objectStorage.provider': ['s3', 'gcs'],
        'objectStorage.gcs.bucket': 'files',
        'objectStorage.gcs.serviceAccountJson': 'file:./key.json',
      },
      [{ edit: 'objectStorage.provider' }, 'write'],
    );
    const data = await run(io);
    expect(data.objectStorage).toEqual({
      provider: 'gcs',
      gcs: { bucket: 'files', serviceAccountJson: { file: './key.json' } },
    });
    const asked = io.prompts.find(({ question }) => question.id === 'objectStorage.gcs.bucket');
    expect(['files.example.com', 'goog-files'].map((text) => asked?.faultOf(text))).toEqual([
      undefined,
      expect.stringMatching(/^a bucket of Google: 3 to 63 .* without "goog" at the start/),
    ]);
  });

  test('a bundled vector store in prod asks for the reason and implies backups', async () => {
    const io = new ScriptedPrompter(
      { ...PROD, 'vectorStore.mode': 'bundled', 'acceptedRisks.vector-store': 'pilot, rebuilt in 40 min' },
      [{ edit: 'vectorStore.mode' }, 'write'],
    );
    expect(await run(io)).toMatchObject({
      vectorStore: { mode: 'bundled' },
      acceptedRisks: [{ check: 'vector-store.single-point-of-failure', reason: 'pilot, rebuilt in 40 min' }],
      recovery: { vectorStore: { strategy: 'snapshot', interval: '5m' } },
    });
  });

  test('names open questions, and writes no file before they are answered', async () => {
    const data = { tier: 'test', target: { type: 'kubernetes' }, apiVersion: 'difyctl/v1' };
    expect(reviewOf({ base: data, said: [] }).open).toEqual(['urls.console is missing: Public address']);
    const wrong = { ...data, urls: { console: 'x', api: 'http://a', app: 'http://a', files: 'http://a' } };
    expect(reviewOf({ base: wrong, said: [] }).open).toEqual([expect.stringContaining('urls.console: needs a scheme')]);
  });
});

describe('a file that exists', () => {
  const base = SAMPLE_FILES['prod-kubernetes-s3-qdrant'] as JsonObject;

  test('opens in review without questions, and reading it changes nothing', async () => {
    const io = new ScriptedPrompter({});
    expect(await run(io, { base, said: [] })).toEqual(base);
    expect(io.asked).toEqual([]);
  });

  test('shows old and new values in its review', async () => {
    const io = new ScriptedPrompter({ 'postgres.host': 'pg2.example.internal', 'postgres.port': '5433' }, [
      { edit: 'postgres.host' },
      { edit: 'postgres.port' },
      'write',
    ]);
    await run(io, { base, said: [] });
    expect(io.reviews.map(({ changes }) => changes)).toEqual([
      [],
      ['postgres.host: pg.example.internal -> pg2.example.internal'],
      ['postgres.host: pg.example.internal -> pg2.example.internal', 'postgres.port: not set -> 5433'],
    ]);
    expect(io.reviews[0]?.rows.find(({ subject }) => subject === 'postgres')?.text.split('\n')).toContain(
      'Host of PostgreSQL: pg.example.internal',
    );
  });

  test('offers its own values, and a field can be removed', async () => {
    const io = new ScriptedPrompter({ 'target.ingress.className': '<none>' }, [
      { edit: 'target.ingress.className' },
      'write',
    ]);
    const data = await run(io, { base, said: [] });
    expect(io.prompts[0]?.enter).toEqual({ text: 'nginx', held: true });
    expect(data.target).not.toHaveProperty('ingress.className');
  });

  test('an answer that fits the old RPO and not the new one is asked again', async () => {
    const implied = completed({}, { ...base, recovery: { rto: '4h', rpo: '1d' } });
    const io = new ScriptedPrompter({ 'recovery.rpo': '15m' }, [{ edit: 'recovery.rpo' }, 'write']);
    const data = await run(io, { base: implied, said: [] });
    expect(io.asked).toEqual(['recovery.rpo', 'recovery.postgres.method', 'recovery.postgres.interval']);
    expect(io.prompts[1]?.enter).toEqual({
      text: 'pitr',
      held: false,
      reason: expect.stringMatching(/^the file says dump, which the old answers implied; /),
    });
    expect(data).toMatchObject({ recovery: { rpo: '15m', postgres: { method: 'pitr', interval: '5m' } } });
    expect(io.reviews.at(-1)?.notes).toEqual([]);
  });

  test('a value that the old RPO implied stays if it is typed again, and the review says so', async () => {
    const implied = completed({}, { ...base, recovery: { rto: '4h', rpo: '1d' } });
    const io = new ScriptedPrompter({ 'recovery.rpo': '15m', 'recovery.postgres.interval': '12h' }, [
      { edit: 'recovery.rpo' },
      'write',
    ]);
    await run(io, { base: implied, said: [] });
    expect(io.reviews.at(-1)?.notes).toEqual([
      expect.stringContaining('recovery.postgres.interval remains 12h; 5m now follows from the other answers'),
    ]);
  });
});
